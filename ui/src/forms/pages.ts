import type { FieldView, PageView, Values } from '../api/types.ts'
import { holds } from './conditions.ts'
import { isEmpty } from './values.ts'

/** Can the agent fill this field in, now? */
export const isAsked = (field: FieldView): boolean => field.editable && !field.computed

/** Does the rest of the form call for this field? */
export const isConcerned = (field: FieldView, values: Values): boolean => !field.when || holds(field.when, values)

/** The fields of a page that a form shows: those to fill in, and those that hold something. */
export const fieldsShown = (page: PageView, values: Values): readonly FieldView[] =>
  page.fields.filter(field => isConcerned(field, values) && (isAsked(field) || !isEmpty(values[field.name])))

/** Id of the heading of a page: where the outline leads. */
export const pageId = (page: PageView): string =>
  `page-${page.step ?? page.title.toLowerCase().replaceAll(/[^\p{L}\d]+/gu, '-')}`
