import {
  ConfigurationError,
  PermanentError,
  readActesClassification,
  TemporaryError,
  type ActesClassification,
  type Memory,
} from '#core'
import { CHARSET, readAnswer, type S2lowWire } from './wire.ts'

/** The classification of the authority, as the instance keeps it (formats/actes.md §7). */
export interface Classification {
  readonly xml: string
  /** `DateClassification`, `YYYY-MM-DD`. */
  readonly date: string
}

const KEY = 'classification'

/** The classification that S²LOW holds today. */
export const fetchClassification = async (wire: S2lowWire): Promise<Classification> => {
  const bytes = await wire.bytes('/modules/actes/actes_classification_fetch.php', { api: 1 })
  const xml = new TextDecoder(CHARSET).decode(bytes)
  if (!xml.trimStart().startsWith('<')) {
    const answer = readAnswer(xml)
    throw new ConfigurationError(
      `S²LOW ne donne pas la classification (${answer.is === 'ko' ? answer.reason : 'réponse vide'}). Lancez « Demander la classification à la préfecture ».`,
    )
  }
  return { xml, date: contentOf({ xml }).date }
}

/** Keeps the classification of today. Says whether it is another than the one kept until now. */
export const refreshClassification = async (
  wire: S2lowWire,
  memory: Memory,
): Promise<Classification & { readonly changed: boolean }> => {
  const current = await fetchClassification(wire)
  const kept = await memory.get<Classification>(KEY)
  if (kept?.xml !== current.xml) await memory.set(KEY, current)
  return { ...current, changed: kept?.xml !== current.xml }
}

/** The one kept; the very first time, the one of today. */
export const keptClassification = async (wire: S2lowWire, memory: Memory): Promise<Classification> =>
  (await memory.get<Classification>(KEY)) ?? refreshClassification(wire, memory)

/**
 * An acte is sent with the matters and types of the day: if the préfecture published others since ours were read, the
 * choices made by the agent may have lost their meaning.
 * @throws PermanentError
 */
export const assertUpToDate = async (wire: S2lowWire, memory: Memory): Promise<Classification> => {
  const kept = await keptClassification(wire, memory)
  const current = await fetchClassification(wire)
  if (current.xml !== kept.xml)
    throw new PermanentError(
      `La classification de la préfecture a changé (version du ${current.date || 'jour'}, la nôtre est du ${kept.date || 'jour précédent'}). ` +
        'Actualisez-la dans le connecteur S²LOW, vérifiez la matière et les types des pièces, puis renvoyez.',
    )
  return kept
}

/** Its matters and its types of pieces. @throws TemporaryError when it is not the classification message */
export const contentOf = ({ xml }: Pick<Classification, 'xml'>): ActesClassification => {
  try {
    return readActesClassification(xml)
  } catch (cause) {
    throw new TemporaryError('La classification rendue par S²LOW est illisible. Un nouvel essai aura lieu.', { cause })
  }
}
