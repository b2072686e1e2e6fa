import {
  acknowledges,
  choice,
  ConfigurationError,
  defineConnector,
  depositFiles,
  meaningOf,
  openTraced,
  PermanentError,
  readSaeMessage,
  sftpFields,
  sftpVolume,
  TemporaryError,
  text,
  wasDeposited,
  type FileRef,
  type Sae,
  type SaeMessage,
  type Sip,
  type Volume,
} from '#core'
import { buffer } from 'node:stream/consumers'
import { fileName } from './names.ts'

type Transfer = Pick<Sip, 'transferId' | 'agency'>

/** Replies of SEDA 1.0 describe the whole archive again. */
const LARGEST_MESSAGE = 32 * 1024 * 1024

const keyOf = ({ agency, transferId }: Transfer): string => `transfert\n${agency}\n${transferId}`

const parse = (xml: Uint8Array, where: string): SaeMessage => {
  try {
    return readSaeMessage(xml)
  } catch (cause) {
    // Perhaps still being written: the next look will tell.
    throw new TemporaryError(
      `Le fichier « ${where} » n'est pas encore un message SEDA lisible. Un nouvel essai aura lieu.`,
      {
        cause,
      },
    )
  }
}

const assertAbout = ({ transferId }: Transfer, { identifiers }: SaeMessage, where: string): void => {
  if (identifiers.includes(transferId)) return
  throw new PermanentError(
    `Le fichier « ${where} » parle d'un autre transfert (${identifiers.join(', ') || 'sans identifiant'}) que « ${transferId} ». Prévenez l'exploitant du SAE, puis relancez.`,
  )
}

export default defineConnector({
  id: 'sftp-sae',
  version: 1,
  label: 'Versement au SAE par SFTP',
  provides: ['sae'],
  pace: { concurrency: 2 },
  config: {
    ...sftpFields(),
    repertoire: text('Répertoire des versements', {
      default: '.',
      help: 'Chemin sur le serveur, depuis le répertoire du compte ou depuis la racine. Il doit exister.',
    }),
    nomArchive: text("Nom du fichier de l'archive", {
      default: '%transfert%.tar.gz',
      help: '« %transfert% » est l’identifiant du transfert, « %service% » celui du service versant.',
    }),
    nomBordereau: text('Nom du fichier du bordereau', {
      default: '%transfert%.xml',
      help: "Il apparaît après l'archive : c'est lui que le SAE doit attendre.",
    }),
    suffixe: text("Suffixe pendant l'écriture", {
      default: '.part',
      pattern: {
        regex: '^[^/\\\\\\s]{0,20}$',
        message: 'Le suffixe compte au plus 20 caractères, sans espace ni barre oblique.',
      },
    }),
    repertoireReponses: text('Répertoire des réponses', {
      required: true,
      help: 'Où le SAE dépose ses réponses, sur le même serveur. Rien n’y est écrit ni supprimé.',
    }),
    accuse: choice(
      'Accusé de réception',
      { aucun: "Le SAE n'en donne pas", fichier: 'Déposé dans le répertoire des réponses' },
      { default: 'aucun' },
    ),
    nomAccuse: text("Nom du fichier de l'accusé de réception", { default: '%transfert%_ACK.xml' }),
    nomReponse: text('Nom du fichier de la réponse', { default: '%transfert%_ATR.xml' }),
  },

  connect(context) {
    const { config, files, memory, clock } = context
    const during = async <T>(folder: string, work: (volume: Volume) => Promise<T>): Promise<T> => {
      const volume = await openTraced(() => sftpVolume(context, folder), context.trace)
      try {
        return await work(volume)
      } finally {
        await volume.close()
      }
    }
    /** The message that the service left under this name; `undefined` when there is none yet. */
    const messageNamed = async (name: string, volume: Volume) => {
      const path = `${config.repertoireReponses}/${name}`
      const found = await volume.stat(path)
      if (!found) return undefined
      const where = volume.location(path)
      if (found.size > LARGEST_MESSAGE)
        throw new PermanentError(
          `Le fichier « ${where} » est trop grand pour une réponse du SAE : prévenez son exploitant.`,
        )
      const xml = await buffer(await volume.read(path))
      return { xml, where, message: parse(xml, where) }
    }
    const named = (file: FileRef, pattern: string, transfer: Transfer): FileRef => ({
      ...file,
      name: fileName(pattern, transfer),
    })

    const sae: Sae = {
      async send(sip) {
        const archive = named(sip.archive, config.nomArchive, sip)
        const slip = named(sip.bordereau, config.nomBordereau, sip)
        await during(config.repertoire, volume =>
          depositFiles(`Transfert ${sip.transferId}`, [archive, slip], keyOf(sip), {
            volume,
            files,
            memory,
            clock,
            suffix: config.suffixe,
          }),
        )
        return { is: 'sent' }
      },

      async acknowledgement(transfer) {
        if (config.accuse === 'aucun') return { is: 'notProvided' }
        const sent = await during(config.repertoire, volume => wasDeposited(keyOf(transfer), { volume, memory }))
        if (!sent) return { is: 'unknown' }
        const found = await during('', volume => messageNamed(fileName(config.nomAccuse, transfer), volume))
        if (!found)
          return { is: 'pending', message: "Le SAE n'a pas encore déposé l'accusé de réception du transfert." }
        if (!acknowledges(found.message))
          throw new PermanentError(
            `Le fichier « ${found.where} » n'est pas un accusé de réception SEDA mais « ${found.message.root} » : vérifiez les noms de fichiers dans les réglages du connecteur, puis relancez.`,
          )
        assertAbout(transfer, found.message, found.where)
        const ack = await files.save(found.xml, 'accuse-de-reception.xml')
        return { is: 'acknowledged', ack, comment: found.message.comment }
      },

      async reply(transfer) {
        const found = await during('', volume => messageNamed(fileName(config.nomReponse, transfer), volume))
        if (!found) return { is: 'pending', message: "Le SAE n'a pas encore déposé sa réponse." }
        const { message, where } = found
        assertAbout(transfer, message, where)
        const meaning = meaningOf(message)
        if (meaning.is === 'pending')
          return { is: 'pending', message: 'Le transfert est en cours de traitement au SAE.' }
        if (meaning.is === 'senseless')
          throw new PermanentError(
            `Le fichier « ${where} » ne porte aucun code de réponse : rien ne dit si l'archive est acceptée. Demandez-le à l'exploitant du SAE.`,
          )
        const reply = await files.save(found.xml, 'reponse-du-sae.xml')
        const { comment, archiveId } = message
        if (meaning.is === 'refused') return { is: 'refused', reply, code: meaning.code, comment }
        return { is: 'accepted', reply, archiveId, comment }
      },
    }

    return {
      sae,
      async check() {
        for (const pattern of [config.nomArchive, config.nomBordereau, config.nomAccuse, config.nomReponse])
          if (!pattern.includes('%transfert%'))
            throw new ConfigurationError(
              `Le nom de fichier « ${pattern} » doit contenir « %transfert% », sinon deux transferts porteraient le même nom.`,
            )
        const said = await during(config.repertoire, volume => volume.check())
        const waiting = await during('', volume => volume.list(config.repertoireReponses))
        return `${said.replace(/\.$/u, '')} ; « ${config.repertoireReponses} » contient ${waiting.length} élément(s) de réponse.`
      },
    }
  },
})
