import {
  at,
  childrenOf,
  ConfigurationError,
  defineConnector,
  frenchDay,
  PermanentError,
  readClientCertificate,
  TemporaryError,
  type Choice,
  type Signature,
  type SignatureFolder,
} from '#core'
import { oneFile } from './detached.ts'
import { iparapheurFields } from './fields.ts'
import { circuitChoice, circuitOf, dossierIdOf, fileNames, metadataOf, titleOf } from './folder.ts'
import { historyXml, progressOf, readLogs, type LogDossier } from './history.ts'
import { archiving, creation, simple, type Creation, type NamedFile } from './messages.ts'
import { retrieved } from './retrieval.ts'
import { iparapheurWire, type Answer } from './wire.ts'
import { isXml, signedPart, standInPdf } from './xml-document.ts'

const ECHO = 'Passeur'
/** Only its beginning is stable (reference §3). */
const saysDuplicate = (message: string): boolean => message.startsWith('Le nom de dossier est déjà présent')
const saysUnknown = (message: string): boolean =>
  /n'existe pas|inexistant|inconnu|introuvable|aucun dossier|not found|does not exist|unknown/iu.test(message)

const said = (message: string): string => message || 'sans motif'

const gone = (id: string) =>
  new PermanentError(
    `Le dossier ${id} n'existe plus dans le parapheur : il y a sans doute été supprimé. Demandez au bureau ce qu'il en est avant de l'envoyer à nouveau.`,
  )

export default defineConnector({
  id: 'iparapheur',
  version: 1,
  label: 'i-Parapheur 4 (SOAP)',
  provides: ['signature'],
  pastell: ['iParapheur'],
  pace: { concurrency: 2 },
  config: iparapheurFields,

  connect({ config, http, files, clock }) {
    const wire = iparapheurWire(http, { files, clock }, config)

    const words = async (operation: string, value: string, name: string): Promise<readonly string[]> => {
      const { ok, message, body } = await wire.ask(simple(operation, value))
      if (!ok)
        throw new TemporaryError(`Le parapheur ne donne pas ses listes : ${said(message)}. Un nouvel essai aura lieu.`)
      return childrenOf(body, name).map(({ text }) => text)
    }
    const types = () => words('GetListeTypesRequest', '', 'TypeTechnique')
    const subtypes = (type: string) => words('GetListeSousTypesRequest', type, 'SousType')

    /** The life of a folder; `undefined` when the parapheur does not know it. */
    const logsOf = async (id: string): Promise<readonly LogDossier[] | undefined> => {
      const { ok, message, body } = await wire.ask(simple('GetHistoDossierRequest', id))
      if (ok) return readLogs(body)
      if (saysUnknown(message)) return undefined
      throw new TemporaryError(
        `Le parapheur ne donne pas l'historique du dossier ${id} : ${said(message)}. Un nouvel essai aura lieu.`,
      )
    }

    const describe = async (
      folder: SignatureFolder,
      circuit: { readonly type: string; readonly subtype: string },
    ): Promise<Creation> => {
      const sent = [folder.document, ...folder.annexes]
      const names = fileNames(sent.map(({ name }) => name))
      const [document, ...annexes] = sent.map((file, rank): NamedFile => ({ file, name: names[rank] ?? file.name }))
      const isSigned = ({ file }: NamedFile) =>
        config.plusieursDocuments && (isXml(file) || file.type === 'application/pdf')
      const xml = isXml(folder.document)
      return {
        id: dossierIdOf(folder.key),
        title: titleOf(folder.title),
        ...circuit,
        document: document ?? { file: folder.document, name: folder.document.name },
        signature: await oneFile(folder.signatures ?? [], files),
        visual: xml ? (config.visuelPdf ?? (await standInPdf(folder.document))) : undefined,
        others: annexes.filter(isSigned),
        annexes: annexes.filter(annexe => !isSigned(annexe)),
        metadata: metadataOf(folder, config.metadonnees),
        xpath: xml ? await signedPart(folder.document, files, config.signatureXml) : undefined,
        publicAnnotation: folder.publicAnnotation ?? '',
        privateAnnotation: folder.privateAnnotation ?? '',
        visibility: config.visibilite,
        deadline: folder.deadline,
      }
    }

    /** The parapheur holds a folder of this identifier: ours, since nobody else makes such ones. */
    const isThere = (id: string): Promise<boolean> =>
      logsOf(id).then(
        logs => logs !== undefined,
        (cause: unknown) => {
          throw cause instanceof TemporaryError ? new TemporaryError(cause.message, { maybeSent: true, cause }) : cause
        },
      )

    const fetched = async (id: string): Promise<Answer> => {
      const answer = await wire.fetch(simple('GetDossierRequest', id))
      if (answer.ok) return answer
      if (saysUnknown(answer.message)) throw gone(id)
      throw new TemporaryError(
        `Le parapheur ne rend pas le dossier ${id} : ${said(answer.message)}. Un nouvel essai aura lieu.`,
      )
    }

    const signature: Signature = {
      async circuits() {
        const choices: Choice[] = []
        for (const type of config.type === undefined ? await types() : [config.type])
          for (const subtype of await subtypes(type)) choices.push(circuitChoice(type, subtype, config.type))
        return choices
      },

      async send(folder) {
        const circuit = circuitOf(folder.circuit, config.type)
        if (!circuit)
          return {
            is: 'refused',
            reason: "Le circuit choisi n'est pas reconnu : choisissez-le à nouveau dans la liste.",
          }
        const described = await describe(folder, circuit)
        const { ok, message, body } = await wire.tell(creation(described))
        if (ok) return { is: 'sent', id: at(body, 'DossierID')?.text || described.id }
        if (saysDuplicate(message) && (await isThere(described.id))) return { is: 'sent', id: described.id }
        return { is: 'refused', reason: said(message) }
      },

      async find(key) {
        const id = dossierIdOf(key)
        return (await logsOf(id)) === undefined ? undefined : id
      },

      async status(id) {
        const logs = await logsOf(id)
        if (!logs) throw gone(id)
        const progress = progressOf(logs)
        if (progress.is === 'pending') return progress
        const { document, ...rest } = await retrieved(await fetched(id), files)
        if (progress.is === 'rejected') return { is: 'refused', reason: progress.reason, bordereau: rest.bordereau }
        if (!document)
          throw new TemporaryError(
            `Le parapheur a rendu le dossier ${id} sans son document principal. Il sera demandé à nouveau.`,
          )
        const history = await files.save(historyXml(id, logs), 'iparapheur_historique.xml')
        return { is: 'signed', document, ...rest, history, signedOn: progress.signedOn }
      },

      async close(id) {
        const logs = await logsOf(id)
        if (!logs) return
        const progress = progressOf(logs)
        if (progress.is === 'pending')
          throw new PermanentError(
            `Le dossier ${id} est encore en cours dans le parapheur (${progress.message}) : il ne peut pas y être classé.`,
          )
        const { ok, message } = await wire.tell(
          progress.is === 'rejected' ? simple('EffacerDossierRejeteRequest', id) : archiving(id, config.finDeVie),
        )
        if (!ok && !saysUnknown(message))
          throw new TemporaryError(
            `Le parapheur ne classe pas le dossier ${id} : ${said(message)}. Un nouvel essai aura lieu.`,
          )
      },
    }

    const certificateSentence = (): string => {
      if (!config.certificat) return ''
      const { notAfter } = readClientCertificate(config.certificat, config.certificatMotDePasse)
      return ` Certificat client valable jusqu'au ${frenchDay(notAfter)}.`
    }

    return {
      signature,
      async check() {
        const { body } = await wire.ask(simple('echoRequest', ECHO))
        if (!body.text.includes(ECHO))
          throw new TemporaryError(
            "Le service web ne répond pas comme un i-Parapheur. Vérifiez l'adresse, puis réessayez.",
          )
        const known = await types()
        const list = known.map(type => `« ${type} »`).join(', ') || 'aucun'
        if (config.type !== undefined && !known.includes(config.type))
          throw new ConfigurationError(
            `Le type « ${config.type} » n'est pas accessible à ce compte. Types accessibles : ${list}.`,
          )
        const account = `Connecté à l'i-Parapheur avec le compte « ${config.identifiant} » : ${known.length} type(s) de dossier accessibles (${list}).`
        return account + certificateSentence()
      },
    }
  },
})
