import type { TestHub } from './test-hub.ts'

/**
 * What a form demands: the names of the values without which its document does not leave, in the order of `complete`.
 * @param complete full names; the document leaves with them all
 */
export const demanded = async (
  hub: TestHub,
  complete: Readonly<Record<string, unknown>>,
): Promise<readonly string[]> => {
  const refusal = async (values: Readonly<Record<string, unknown>>) => (await hub.create(values)).buttons['envoyer']
  const whole = await refusal(complete)
  if (whole !== true) throw new Error(`the complete form does not leave: ${whole ?? ''}`)
  const names: string[] = []
  for (const name of Object.keys(complete))
    if ((await refusal({ ...complete, [name]: undefined })) !== true) names.push(name)
  return names
}
