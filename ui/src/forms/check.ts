import type { FieldView, PageView, Problem, Values } from '../api/types.ts'
import { i18n } from '../locales/i18n.ts'
import { isConcerned } from './pages.ts'
import { asRows, childrenOf } from './rows.ts'
import { asText, isEmpty, safeLink } from './values.ts'

const { t } = i18n.global

/**
 * What the browser can say at once about one value. The server checks everything again; this only spares a journey.
 * @returns the sentence to show at the field
 */
export const check = (field: FieldView, value: unknown, today: Date): string | undefined => {
  if (isEmpty(value)) return undefined
  const text = asText(value)
  switch (field.kind) {
    case 'number':
      return outOfBounds(field, Number(value))
    case 'date':
      return field.notAfterToday && text > localDay(today) ? t('field.future') : undefined
    case 'url':
      return safeLink(text) ? undefined : t('field.badUrl')
    case 'text':
    case 'longText':
    case 'secret':
      return badText(field, text)
    default:
      return undefined
  }
}

/** What to do about an empty field, when « obligatoire » does not say it. */
const MISSING: Readonly<Partial<Record<FieldView['kind'], string>>> = {
  file: 'form.requiredFile',
  files: 'form.requiredFile',
  choice: 'form.requiredChoice',
  remoteChoice: 'form.requiredChoice',
  pieceTypes: 'form.requiredTypes',
}

/** A day as it is written in forms, in the time zone of whoever fills them. */
export const localDay = (date: Date): string =>
  [date.getFullYear(), date.getMonth() + 1, date.getDate()].map(part => String(part).padStart(2, '0')).join('-')

const badText = ({ min, max, pattern }: FieldView, text: string): string | undefined => {
  const count = [...text].length
  if (max !== undefined && count > max) return t('field.tooLong', { max, count })
  if (min !== undefined && count < min) return t('field.tooShort', { min })
  return pattern && !new RegExp(pattern.regex, 'u').test(text) ? pattern.message : undefined
}

const outOfBounds = ({ min, max }: FieldView, value: number): string | undefined => {
  if (Number.isNaN(value)) return t('field.notANumber')
  if (min !== undefined && value < min) return t('field.tooSmall', { min })
  return max !== undefined && value > max ? t('field.tooBig', { max }) : undefined
}

type Wanted = 'valid' | 'complete'

const checkOne = (field: FieldView, name: string, value: unknown, wanted: Wanted, today: Date): readonly Problem[] => {
  const missing = wanted === 'complete' && field.required && isEmpty(value)
  const message = missing ? t(MISSING[field.kind] ?? 'form.required') : check(field, value, today)
  if (message !== undefined) return [{ field: name, message }]
  return field.kind === 'rows' ? checkRows(field, name, asRows(value), wanted, today) : []
}

/** Each field of each row, at every level. */
const checkRows = (
  field: FieldView,
  path: string,
  rows: readonly Values[],
  wanted: Wanted,
  today: Date,
): readonly Problem[] =>
  rows.flatMap((row, index) => [
    ...(field.fields ?? []).flatMap(each =>
      checkOne(each, `${path}.${index}.${each.name}`, row[each.name] ?? each.default, wanted, today),
    ),
    ...checkRows(field, `${path}.${index}.enfants`, childrenOf(row), wanted, today),
  ])

/**
 * Checks the fields that can be edited on the pages shown, in their order on screen.
 * @param wanted `complete` also asks for what is required; `valid` accepts a form filled halfway
 */
export const checkAll = (pages: readonly PageView[], values: Values, wanted: Wanted, today: Date): readonly Problem[] =>
  pages
    .flatMap(page => page.fields)
    .filter(field => field.editable && !field.computed && isConcerned(field, values))
    .flatMap(field => checkOne(field, field.name, values[field.name], wanted, today))
