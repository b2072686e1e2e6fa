import type { FieldSpec } from '../authoring/fields.ts'

const YES = new Set(['1', 'true', 'oui', 'on', 'vrai', 'x'])
const NO = new Set(['0', 'false', 'non', 'off', 'faux'])

/** `17/03/2026` as much as `2026-03-17`: manifests are written by people too. */
const dayOf = (text: string): string => {
  const [, day, month, year] = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/u.exec(text) ?? []
  return day && month && year ? `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}` : text.slice(0, 10)
}

/** A text as the field holds it; a text that means nothing there is left as it is, and refused by the checks that follow. */
export const fromText = (field: FieldSpec, text: string): unknown => {
  const bare = text.trim()
  switch (field.kind) {
    case 'flag': {
      const word = bare.toLowerCase()
      return YES.has(word) ? true : NO.has(word) ? false : bare
    }
    case 'number': {
      const number = Number(bare.replace(',', '.'))
      // `NaN` is a number for a schema: the text itself must be refused.
      return bare === '' ? undefined : Number.isNaN(number) ? bare : number
    }
    case 'date':
      return dayOf(bare)
    case 'choice':
      return bare in (field.choices ?? {})
        ? bare
        : (Object.entries(field.choices ?? {}).find(([, label]) => label === bare)?.[0] ?? bare)
    case 'remoteChoice':
      return bare === '' ? undefined : { value: bare, label: bare }
    default:
      return text
  }
}
