import type { TestHub } from './test-hub.ts'

type Values = Readonly<Record<string, unknown>>

/** Names of `complete`, in order, without which the document does not leave once changed as told. */
const refusedWhen = async (
  hub: TestHub,
  complete: Values,
  names: readonly string[],
  change: (value: unknown) => unknown,
): Promise<readonly string[]> => {
  const refusal = async (values: Values) => (await hub.create(values)).buttons['envoyer']
  const whole = await refusal(complete)
  if (whole !== true) throw new Error(`the complete form does not leave: ${whole ?? ''}`)
  const refused: string[] = []
  for (const name of names)
    if ((await refusal({ ...complete, [name]: change(complete[name]) })) !== true) refused.push(name)
  return refused
}

/**
 * What a form demands: the names of the values without which its document does not leave, in the order of `complete`.
 * @param complete full names; the document leaves with them all
 */
export const demanded = (hub: TestHub, complete: Values): Promise<readonly string[]> =>
  refusedWhen(hub, complete, Object.keys(complete), () => undefined)

const ofAnotherType = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(ofAnotherType) : { ...(value as object), type: 'application/x-autre' }

/** The files of `complete` that a form refuses when they are of a type that nobody expects. */
export const typesChecked = (hub: TestHub, complete: Values): Promise<readonly string[]> => {
  const files = Object.keys(complete).filter(name => ['file', 'files'].includes(hub.flow.fields[name]?.kind ?? ''))
  return refusedWhen(hub, complete, files, ofAnotherType)
}
