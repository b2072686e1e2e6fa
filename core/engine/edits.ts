import { localDay } from '../authoring/days.ts'
import type { Edited } from '../authoring/steps.ts'
import { problems } from './form.ts'
import type { CompiledField, CompiledFlow, Document } from './model.ts'
import { fromText } from './texts.ts'
import { problemOf } from './values.ts'

/** What a step computes is proof of what that step did: nobody else writes it. */
export const isComputed = (field: CompiledField): boolean => field.step !== undefined && field.options.computed === true

const valueOf = (field: CompiledField, text: string): unknown => {
  if (text.trim() !== '') return fromText(field, text)
  return field.kind === 'flag' ? false : undefined
}

/** Texts as the fields hold them, and everything that would be wrong with the document then. Pure. */
export const editedBy = (
  flow: CompiledFlow,
  data: Document['data'],
  texts: Readonly<Record<string, string>>,
  now: Date,
): Edited => {
  const values: Record<string, unknown> = {}
  const wrong: string[] = []
  for (const [name, text] of Object.entries(texts)) {
    const field = flow.fields[name]
    if (!field) wrong.push(`Le champ « ${name} » n'existe pas dans « ${flow.label} ».`)
    else if (isComputed(field)) wrong.push(`« ${field.label} » est rempli par une étape : il ne se calcule pas.`)
    else {
      const value = valueOf(field, text)
      const message = problemOf(field, value, localDay(now))
      if (message === undefined) values[name] = value
      else wrong.push(message)
    }
  }
  const form = problems(flow, { ...data, ...values }, now).map(({ message }) => message)
  return { values, problems: [...new Set([...wrong, ...form])] }
}
