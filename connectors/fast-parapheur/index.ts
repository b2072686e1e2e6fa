import {
  dayOf,
  defineConnector,
  DOCUMENTS_PATH,
  eventSentence,
  fastCertificateSentence,
  fastClient,
  fastDocuments,
  fastHistoryXml,
  fastService,
  labelSet,
  noSuchDocument,
  PermanentError,
  uploadFault,
  type FastEvent,
  type Signature,
  type SignatureFolder,
} from '#core'
import { circuitChoices, targetOf } from './circuits.ts'
import { fastParapheurFields } from './fields.ts'
import { sendOnDemand } from './on-demand.ts'
import { packed, piecesOf, unpacked, type SentFolder } from './packing.ts'

/** FAST shows one line; it says nothing of a limit. */
const LONGEST_LABEL = 255

/** The services are all below one address, whichever of them was given. */
const baseOf = (address: string): string =>
  address.replace(/\/parapheur-(?:soap|ws)(?:[/?].*)?$/u, '').replace(/\/+$/u, '')

const labelOf = (title: string): string =>
  Array.from(title.replace(/\s+/gu, ' ').trim()).slice(0, LONGEST_LABEL).join('')

const frenchDate = (day: string): string => day.split('-').toReversed().join('/')

/** What signatories read; the key lets a person recognise the folder when its identifier was lost. */
const commentOf = ({ publicAnnotation, deadline, key }: SignatureFolder): string =>
  [publicAnnotation, deadline && `À signer avant le ${frenchDate(deadline)}.`, `Passeur : ${key}`]
    .filter(Boolean)
    .join('\n')

export default defineConnector({
  id: 'fast-parapheur',
  version: 1,
  label: 'FAST-Parapheur (Docaposte)',
  provides: ['signature'],
  pastell: ['fast-parapheur'],
  pace: { concurrency: 2 },
  config: fastParapheurFields,

  connect({ config, http, files, clock, memory }) {
    const client = fastClient(http, baseOf(config.adresse), config)
    const service = fastService(
      client,
      { files, memory },
      { path: DOCUMENTS_PATH, namespace: config.espaceDeNoms, transport: config.transport },
    )
    const documents = fastDocuments(service, config.abonnement)
    const [final, refused, signed] = [config.etatsFinaux, config.etatsRefuses, config.etatsSignes].map(labelSet) as [
      ReturnType<typeof labelSet>,
      ReturnType<typeof labelSet>,
      ReturnType<typeof labelSet>,
    ]

    const remember = async (id: string, folder: SentFolder): Promise<void> => {
      await memory.set(`dossier/${id}`, folder)
      await memory.set(`cle/${folder.key}`, id)
    }
    const forget = async (id: string): Promise<void> => {
      const sent = await memory.get<SentFolder>(`dossier/${id}`)
      if (sent) await memory.set(`cle/${sent.key}`, undefined)
      await memory.set(`dossier/${id}`, undefined)
    }

    /** The last line decides. */
    const progressOf = (events: readonly FastEvent[]) => {
      const last = events.at(-1)
      if (!last) return { is: 'pending', message: 'Document reçu par FAST' } as const
      if (refused.has(last.state)) return { is: 'refused', last } as const
      return final.has(last.state)
        ? ({ is: 'final' } as const)
        : ({ is: 'pending', message: eventSentence(last) } as const)
    }

    const signature: Signature = {
      circuits: async () => circuitChoices(await documents.circuits(), config),

      async send(folder) {
        const target = await targetOf(folder, config, () => documents.circuits())
        if (target.is === 'refused') return target
        const pieces = piecesOf(folder)
        const file = await packed(pieces, folder.document, files)
        const sent =
          target.is === 'onDemand'
            ? await sendOnDemand(client, config.abonnement, { ...target, file })
            : await documents.upload({
                circuit: target.id,
                label: labelOf(folder.title),
                comment: commentOf(folder),
                file,
                filename: file.name,
              })
        if (sent.is === 'fault') throw uploadFault(sent.reason)
        if (sent.is === 'refused') return sent
        const firstSignature = 1 + folder.annexes.length
        await remember(sent.id, {
          key: folder.key,
          pieces: pieces.map(({ name, sha256 }, rank) => ({
            name: rank === 0 ? folder.document.name : name,
            sha256,
            kind: rank < firstSignature ? 'document' : 'signature',
          })),
        })
        return sent
      },

      async find(key) {
        const id = await memory.get<string>(`cle/${key}`)
        return (
          id ?? {
            is: 'unknowable',
            reason: `La réponse de FAST s'est perdue, et FAST ne sait pas chercher : regarder là-bas si le document « Passeur : ${key} » (dans son commentaire) est arrivé.`,
          }
        )
      },

      async status(id) {
        const events = await documents.history(id)
        if (!events) throw noSuchDocument(id)
        const progress = progressOf(events)
        if (progress.is === 'pending') return progress
        const bordereau = await documents.slip(id, 'fichier_de_circulation.pdf')
        if (progress.is === 'refused')
          return {
            is: 'refused',
            reason: `${progress.last.state}${progress.last.user && ` par ${progress.last.user}`} : le motif est dans la fiche de circulation.`,
            bordereau,
          }
        const sent = await memory.get<SentFolder>(`dossier/${id}`)
        return {
          is: 'signed',
          ...(await unpacked(await documents.download(id, 'contenu'), sent, files)),
          bordereau,
          history: await files.save(fastHistoryXml(id, events), 'fast_historique.xml'),
          signedOn: dayOf(events.findLast(({ state }) => signed.has(state))),
        }
      },

      async close(id) {
        const events = await documents.history(id)
        if (!events) return forget(id)
        const progress = progressOf(events)
        if (progress.is === 'pending')
          throw new PermanentError(
            `Le document ${id} est encore en cours dans FAST (${progress.message}) : il ne peut pas y être supprimé.`,
          )
        if (progress.is === 'final' || !config.conserverRefus) await documents.remove(id)
        await forget(id)
      },
    }

    return {
      signature,
      async check() {
        const certificate = fastCertificateSentence(config, clock.now())
        await service.describe()
        const choices = await signature.circuits()
        const list = choices.map(({ label }) => `« ${label} »`).join(', ') || 'aucun'
        return `Connecté à FAST-Parapheur pour l'abonnement ${config.abonnement} : ${choices.length} circuit(s) (${list}), ${certificate}.`
      },
    }
  },
})
