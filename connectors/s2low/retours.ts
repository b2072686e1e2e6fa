import {
  at,
  childrenOf,
  ConfigurationError,
  parseXml,
  PermanentError,
  readRetour,
  splitName,
  TemporaryError,
  UnreadableXml,
  type FileRef,
  type Files,
  type Inbox,
} from '#core'
import type { S2lowConfig } from './fields.ts'
import { HELIOS } from './helios.ts'
import type { S2lowWire } from './wire.ts'

interface Retour {
  readonly id: string
  readonly name: string
  /** Day of reception, `YYYY-MM-DD`. */
  readonly date: string | undefined
}

const listed = async (wire: S2lowWire): Promise<readonly Retour[]> => {
  const answer = await wire.xml(`${HELIOS}/helios_get_list.php`)
  if (answer.is === 'ko') throw new PermanentError(`S²LOW ne donne pas la liste des PES retour : ${answer.reason}`)
  return childrenOf(answer.root, 'pes_retour').flatMap(line => {
    const id = at(line, 'id')?.text ?? ''
    return id === ''
      ? []
      : [
          {
            id,
            name: at(line, 'nom')?.text || `pes-retour-${id}.xml`,
            date: /^\d{4}-\d\d-\d\d/u.exec(at(line, 'date')?.text ?? '')?.[0],
          },
        ]
  })
}

/** Refusals come in the place of the file: short, in XML or as a plain `KO`. */
const LONGEST_REFUSAL = 4096

const refusalIn = async (files: Files, file: FileRef): Promise<string | undefined> => {
  if (file.size > LONGEST_REFUSAL) return undefined
  const chunks: Uint8Array[] = []
  for await (const chunk of files.open(file)) chunks.push(chunk as Uint8Array)
  const text = new TextDecoder('iso-8859-1').decode(Buffer.concat(chunks)).trim()
  if (!text.startsWith('<')) return text.slice(0, 200) || 'fichier vide'
  try {
    const root = parseXml(text)
    if (root.name === 'get_retour') return at(root, 'message')?.text || at(root, 'resultat')?.text || 'sans motif'
    return root.name.startsWith('PES') ? undefined : `une page « ${root.name} »`
  } catch {
    return "ce n'est pas du XML lisible"
  }
}

/** Where PES retour go, besides the entities that bear their SIREN. */
export type Distribution = S2lowConfig['repartition']

type Addressee = NonNullable<Parameters<Inbox['deliver']>[0]['entity']>

/**
 * Whom a PES retour is for, as its header tells: a code of the settings first, the most precise one, else the SIREN. `undefined` when it
 * does not tell.
 */
const addresseeOf = async (files: Files, file: FileRef, distribution: Distribution): Promise<Addressee | undefined> => {
  try {
    const { idColl, codCol } = await readRetour(files.open(file))
    for (const wanted of [idColl, idColl.slice(0, 9), codCol].filter(Boolean)) {
      const line = distribution.find(({ code }) => code.replaceAll(/\s/gu, '') === wanted)
      if (line) return { id: line.entite.trim() }
    }
    return idColl ? { siren: idColl } : undefined
  } catch (error) {
    // The document says itself that its file cannot be read.
    if (error instanceof UnreadableXml) return undefined
    throw error
  }
}

const plural = (count: number, one: string, many: string): string => `${count} ${count > 1 ? many : one}`

/**
 * Brings every unread PES retour into a document. One is marked as read once it is committed here, and only then: what is marked
 * leaves the list for ever. One that cannot be downloaded stays unread, and does not keep the others from coming.
 */
const collect = async (
  wire: S2lowWire,
  {
    files,
    inbox,
    flow,
    distribution,
  }: { readonly files: Files; readonly inbox: Inbox; readonly flow: string; readonly distribution: Distribution },
): Promise<string> => {
  const retours = await listed(wire)
  if (retours.length === 0) return 'Aucun PES retour non lu.'
  if (!(await inbox.form(flow)))
    throw new PermanentError(
      `Des PES retour attendent sur S²LOW, mais le flux « ${flow} » n'est pas installé ici : corrigez « Flux qui reçoit les PES retour » dans les réglages. Ils y restent non lus.`,
    )
  const counts = { created: 0, known: 0 }
  const left: string[] = []
  for (const { id, name, date } of retours) {
    try {
      const response = await wire.download(`${HELIOS}/helios_get_retour.php`, { id })
      const file = await response.saveTo(files, name)
      const refusal = await refusalIn(files, file)
      if (refusal !== undefined) throw new TemporaryError(refusal)
      const entity = await addresseeOf(files, file, distribution)
      const delivered = await inbox.deliver({
        flow,
        externalId: `pes-retour-${id}`,
        // Names of Pastell: whatever the flow calls its fields, they are found by them.
        values: {
          objet: splitName(name).base,
          fichier_pes: file,
          id_retour: id,
          ...(date === undefined ? {} : { date_tdt: date }),
          envoi_ged: true,
        },
        message: `PES retour relevé sur S²LOW (n° ${id})`,
        ...(entity ? { entity } : {}),
      })
      counts[delivered] += 1
      const marked = await wire.xml(`${HELIOS}/helios_change_status.php`, { id })
      if (marked.is === 'ko')
        left.push(`« ${name} » (enregistré, mais S²LOW refuse de le marquer lu : ${marked.reason})`)
    } catch (error) {
      if (!(error instanceof TemporaryError) && !(error instanceof PermanentError)) throw error
      left.push(`« ${name} » (${error.message.replace(/\.$/u, '')})`)
    }
  }
  return [
    ...(counts.created + counts.known > 0 || left.length === 0
      ? [plural(counts.created, 'PES retour enregistré', 'PES retour enregistrés')]
      : []),
    ...(counts.known ? [plural(counts.known, 'déjà connu', 'déjà connus')] : []),
    ...(left.length
      ? [`${plural(left.length, 'laissé non lu', 'laissés non lus')} sur S²LOW : ${left.join(' ; ')}`]
      : []),
  ]
    .join(', ')
    .concat('.')
}

/** Collects; an account that is good but has no access to HELIOS must not be suspended for it: it may well serve the actes. */
export const collectRetours: typeof collect = async (wire, to) => {
  try {
    return await collect(wire, to)
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    await wire.ask('/api/test-connexion.php')
    throw new PermanentError(
      `Ce compte S²LOW n'a pas accès aux PES retour. S'il ne sert qu'aux actes, décochez « Relever les PES retour » dans les réglages. (${error.message})`,
      { cause: error },
    )
  }
}
