import {
  childrenOf,
  ConfigurationError,
  parseXml,
  PermanentError,
  TemporaryError,
  type Choice,
  type Memory,
  type XmlElement,
} from '#core'
import { CHARSET, readAnswer, type S2lowWire } from './wire.ts'

/** The classification of the authority, as the instance keeps it (formats/actes.md §7). */
export interface Classification {
  readonly xml: string
  /** `DateClassification`, `YYYY-MM-DD`. */
  readonly date: string
}

const KEY = 'classification'
const DEEPEST = 5

const textOf = (root: XmlElement, name: string): string => childrenOf(root, name)[0]?.text ?? ''

/** @throws TemporaryError when it is not the classification message */
const readRoot = (xml: string): XmlElement => {
  try {
    const root = parseXml(xml)
    if (root.name === 'RetourClassification') return root
    throw new Error(`unexpected root ${root.name}`)
  } catch (cause) {
    throw new TemporaryError('La classification rendue par S²LOW est illisible. Un nouvel essai aura lieu.', { cause })
  }
}

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
  return { xml, date: textOf(readRoot(xml), 'DateClassification') }
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

/** Every matter, depth first: `1.1 Marchés publics`. Two levels are mandatory, so the first is not to be chosen. */
export const matters = ({ xml }: Classification): readonly Choice[] => {
  const walk = (parent: XmlElement, level: number, prefix: string): Choice[] =>
    level > DEEPEST
      ? []
      : childrenOf(parent, `Matiere${level}`).flatMap(matter => {
          const code = `${prefix}${matter.attributes['CodeMatiere'] ?? ''}`
          const label = `${code} ${matter.attributes['Libelle'] ?? ''}`.trim()
          return [
            { value: code, label, level: level - 1, selectable: level >= 2 },
            ...walk(matter, level + 1, `${code}.`),
          ]
        })
  return childrenOf(readRoot(xml), 'Matieres').flatMap(root => walk(root, 1, ''))
}

const byLabel = new Intl.Collator('fr')

/** Types of pieces for a nature, `99_*` first, then by label. */
export const typesOf = ({ xml }: Classification, nature: string): readonly Choice[] =>
  childrenOf(readRoot(xml), 'NaturesActes')
    .flatMap(natures => childrenOf(natures, 'NatureActe'))
    .filter(each => each.attributes['CodeNatureActe'] === nature)
    .flatMap(each => childrenOf(each, 'TypePJNatureActe'))
    .map(({ attributes: { CodeTypePJ: value = '', Libelle: label = '' } }) => ({ value, label: `${label} (${value})` }))
    .sort(
      (a, b) =>
        Number(b.value.startsWith('99_')) - Number(a.value.startsWith('99_')) || byLabel.compare(a.label, b.label),
    )
