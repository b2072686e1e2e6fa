import type { Readable } from 'node:stream'
import { errors, pesExtraction, pesFaults, readPesAller, UnreadableXml, type PesAller } from '#core'

/** A big PES names tens of thousands of pieces: beyond, the list is cut, and the file has the rest. */
const LONGEST = 20_000

const cut = (values: string): string => {
  if (values.length <= LONGEST) return values
  return `${values.slice(0, values.lastIndexOf(', ', LONGEST))}, …`
}

/** Names of the fields of the step, as the PES fills them. What is absent stays empty. */
export const extractionOf = (pes: PesAller) => {
  const read = pesExtraction(pes)
  return {
    idColl: read.idColl,
    dteStr: /^\d{4}-\d\d-\d\d$/u.test(read.dteStr) ? read.dteStr : undefined,
    codBud: read.codBud,
    exercice: cut(read.exercice),
    idBordereau: cut(read.idBordereau),
    idPj: cut(read.idPj),
    idPce: cut(read.idPce),
    idNature: cut(read.idNature),
    idFonction: cut(read.idFonction),
    nomFic: read.nomFic,
    libelleBudget: read.libelleColBud,
  }
}

/** What the treasury never takes twice (formats/pes-v2.md §4). */
export const uniqueName = ({ nomFic, codCol }: PesAller): string => `${nomFic} (${codCol})`

const unreadable = (name: string, { message }: UnreadableXml): string =>
  `« ${name} » n'est pas un fichier XML lisible (${message}) : exportez-le à nouveau depuis le logiciel comptable.`

/** Reads a PES that is about to leave; `reason` holds every fault that the treasury would find, in sentences. */
export const readForSending = async (
  content: Readable,
  name: string,
): Promise<{ readonly is: 'ready'; readonly read: PesAller } | { readonly is: 'refused'; readonly reason: string }> => {
  try {
    const read = await readPesAller(content)
    const faults = pesFaults(read, { needsBudget: false })
    if (faults.length === 0) return { is: 'ready', read }
    return { is: 'refused', reason: `« ${name} » ne peut pas être transmis. ${faults.join(' ')}` }
  } catch (error) {
    if (!(error instanceof UnreadableXml)) throw error
    return { is: 'refused', reason: unreadable(name, error) }
  }
}

/**
 * For the `extract` of a flow: as soon as the PES is set, its name becomes the subject when there is none, and the page of the step shows
 * what the file holds. The step reads again before sending: only that reading counts.
 * @throws Problem when the file is no XML
 */
export const extractPes = async (content: Readable, { name }: { readonly name: string }) => {
  try {
    const pes = await readPesAller(content)
    const entries = Object.entries(extractionOf(pes)).map(([field, value]) => [`tdtHelios.${field}`, value])
    const ofStep = Object.fromEntries(entries) as Readonly<Record<`tdtHelios.${string}`, string | undefined>>
    return { objet: pes.nomFic || name, ...ofStep }
  } catch (error) {
    if (!(error instanceof UnreadableXml)) throw error
    throw errors.badInput({ detail: unreadable(name, error) })
  }
}
