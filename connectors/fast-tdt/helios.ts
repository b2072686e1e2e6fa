import {
  ConfigurationError,
  DOCUMENTS_PATH,
  eventSentence,
  fastClient,
  fastDocuments,
  fastService,
  labelSet,
  noSuchDocument,
  pesFaults,
  readAcquit,
  readPesAller,
  splitName,
  TemporaryError,
  UnreadableXml,
  uploadFault,
  type FastCircuit,
  type FileRef,
  type Files,
  type PesAller,
  type PesStatus,
  type TdtHelios,
} from '#core'
import type { FastTdtContext } from './depot.ts'
import { heliosAddress } from './fields.ts'

/** [A] The exact words are not known: only that they speak of the `nomfic` of a PES that was sent already. */
const saysDuplicate = (reason: string): boolean => /nom_?\s?fic/iu.test(reason) && /d[ée]j[àa]|already/iu.test(reason)

/** What the treasury would refuse later, said before anything leaves. */
const read = async (
  files: Files,
  pes: FileRef,
): Promise<{ readonly is: 'ready'; readonly pes: PesAller } | { readonly is: 'refused'; readonly reason: string }> => {
  try {
    const aller = await readPesAller(files.open(pes))
    const faults = pesFaults(aller, { needsBudget: false })
    if (faults.length === 0) return { is: 'ready', pes: aller }
    return { is: 'refused', reason: `« ${pes.name} » ne peut pas être transmis. ${faults.join(' ')}` }
  } catch (error) {
    if (!(error instanceof UnreadableXml)) throw error
    return {
      is: 'refused',
      reason: `« ${pes.name} » n'est pas un fichier XML lisible (${error.message}) : exportez-le à nouveau depuis le logiciel comptable.`,
    }
  }
}

/** The service of documents, as the accounting flows use it. */
export const heliosDocuments = ({ config, http, files, memory }: FastTdtContext) => {
  const service = fastService(
    fastClient(http, heliosAddress(config), config),
    { files, memory },
    { path: DOCUMENTS_PATH, namespace: config.espaceDeNomsHelios },
  )
  return { service, documents: fastDocuments(service, config.abonnement) }
}

/** The circuit of the settings, by its identifier or its name. @throws ConfigurationError */
export const heliosCircuit = (wanted: string | undefined, circuits: readonly FastCircuit[]): FastCircuit => {
  const list = circuits.map(({ name }) => `« ${name} »`).join(', ') || 'aucun'
  if (!wanted)
    throw new ConfigurationError(
      `Choisissez le circuit des flux comptables dans les réglages. Circuits ouverts : ${list}.`,
    )
  const circuit = circuits.find(({ id, name }) => id === wanted || name === wanted)
  if (circuit) return circuit
  throw new ConfigurationError(`Le circuit « ${wanted} » n'existe pas dans FAST. Circuits ouverts : ${list}.`)
}

/** The family HELIOS of FAST (reference §A.3): a circuit that sends to the treasury, and brings its acquit back. */
export const fastHelios = (context: FastTdtContext): TdtHelios => {
  const { config, files } = context
  let held: ReturnType<typeof heliosDocuments> | undefined
  const documents = () => (held ??= heliosDocuments(context)).documents
  const failed = labelSet(config.etatsEchec)
  const acknowledged = labelSet(config.etatsAcquittes)

  const acquitOf = async (id: string, name: string): Promise<PesStatus> => {
    const acquit = await documents().acknowledgement(id, `${splitName(name).base}_ACK.xml`)
    try {
      return { is: 'answered', acquit, reading: await readAcquit(files.open(acquit)) }
    } catch (cause) {
      if (!(cause instanceof UnreadableXml)) throw cause
      throw new TemporaryError("L'acquit rendu par FAST est illisible. Un nouvel essai aura lieu.", { cause })
    }
  }

  return {
    async send({ key, pes }) {
      const found = await read(files, pes)
      if (found.is === 'refused') return found
      const { id: circuit } = heliosCircuit(config.circuit, await documents().circuits())
      const sent = await documents().upload({
        circuit,
        label: found.pes.nomFic,
        comment: `Passeur : ${key}`,
        file: pes,
        filename: pes.name,
      })
      if (sent.is === 'sent') return sent
      if (saysDuplicate(sent.reason))
        return { is: 'refused', reason: `FAST refuse le PES : ${sent.reason}`, duplicate: true }
      throw uploadFault(sent.reason)
    },

    async status(id, name) {
      if ((await documents().acknowledgements()).includes(id)) return acquitOf(id, name)
      const events = await documents().history(id)
      if (!events) throw noSuchDocument(id)
      const last = events.at(-1)
      if (!last) return { is: 'pending', message: 'PES reçu par FAST' }
      if (failed.has(last.state))
        return {
          is: 'refused',
          reason: `${eventSentence(last)}. Consultez le document ${id} sur FAST pour en connaître la cause.`,
        }
      return acknowledged.has(last.state) ? acquitOf(id, name) : { is: 'pending', message: eventSentence(last) }
    },
  }
}
