import { viewParts, type Html } from '#core'
import type { PesElement } from '../item.ts'
import { amountText, dayText } from '../format.ts'
import { codeText, labelOf } from '../labels.ts'

export const { section, table, amountCell, list, values, pager } = viewParts

/** The value of an element as people read it: amounts, days, codes with their meaning. */
export const valueText = (domain: string, { name, value }: Pick<PesElement, 'name' | 'value'>): string => {
  if (/^(?:Mt|Montant|DeltaMontant|Rar|ValeurGlobale)/u.test(name)) return amountText(value)
  return codeText(domain, name, dayText(value))
}

/** An element and what it holds, named in French, as deep as it goes. */
export const tree = (domain: string, elements: readonly PesElement[]): Html =>
  values(
    elements.map(element => [
      labelOf(element.name),
      element.children.length > 0 ? tree(domain, element.children) : valueText(domain, element),
    ]),
  )
