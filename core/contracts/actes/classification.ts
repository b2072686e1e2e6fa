import type { Choice } from '../../authoring/values.ts'
import { childrenOf, parseXml, type XmlElement } from '../../connectors/xml-element.ts'
import { decodeActesMessage } from './messages.ts'

/** The classification of an authority (message 7-2, formats/actes.md §7). */
export interface ActesClassification {
  /** `DateClassification`, `YYYY-MM-DD`: the version that a transmission must name. */
  readonly date: string
  /** Every matter, depth first: `1.1 Marchés publics`. Two levels are mandatory, so the first is not to be chosen. */
  readonly matters: readonly Choice[]
  /** Types of pieces by `CodeNatureActe`, `99_*` first, then by label. */
  readonly types: Readonly<Record<string, readonly Choice[]>>
}

const DEEPEST = 5
const byLabel = new Intl.Collator('fr')

const mattersUnder = (parent: XmlElement, level: number, prefix: string): readonly Choice[] =>
  level > DEEPEST
    ? []
    : childrenOf(parent, `Matiere${level}`).flatMap(matter => {
        const code = `${prefix}${matter.attributes['CodeMatiere'] ?? ''}`
        const label = `${code} ${matter.attributes['Libelle'] ?? ''}`.trim()
        return [
          { value: code, label, level: level - 1, selectable: level >= 2 },
          ...mattersUnder(matter, level + 1, `${code}.`),
        ]
      })

const typesUnder = (nature: XmlElement): readonly Choice[] =>
  childrenOf(nature, 'TypePJNatureActe')
    .map(({ attributes: { CodeTypePJ: value = '', Libelle: label = '' } }) => ({ value, label: `${label} (${value})` }))
    .toSorted(
      (a, b) =>
        Number(b.value.startsWith('99_')) - Number(a.value.startsWith('99_')) || byLabel.compare(a.label, b.label),
    )

/** @throws Error when it is not a classification message */
export const readActesClassification = (message: Uint8Array | string): ActesClassification => {
  const root = parseXml((typeof message === 'string' ? message : decodeActesMessage(message)).trim())
  if (root.name !== 'RetourClassification') throw new Error(`unexpected root ${root.name}`)
  const natures = childrenOf(root, 'NaturesActes').flatMap(each => childrenOf(each, 'NatureActe'))
  return {
    date: childrenOf(root, 'DateClassification')[0]?.text ?? '',
    matters: childrenOf(root, 'Matieres').flatMap(each => mattersUnder(each, 1, '')),
    types: Object.fromEntries(natures.map(each => [each.attributes['CodeNatureActe'] ?? '', typesUnder(each)])),
  }
}
