import { type CompiledFlow, type FileRef } from '#core'
import { derivedOf, signedFor, type Held } from './derived.ts'

/**
 * Pastell puts the signed file in the place of the original, and keeps the latter under another name; here nothing replaces what an
 * agent deposited. Its clients fetch the signed file where they sent the original, so that is where they find it.
 */
export interface Shown {
  /** By full name, as Pastell would hold them. */
  readonly values: Held['data']
  /** What only Pastell has: the originals, the marks that something came back. */
  readonly more: ReadonlyMap<string, string | readonly FileRef[]>
}

export const shownFor = (flow: CompiledFlow, document: Held): Shown => {
  const values: Record<string, unknown> = { ...document.data }
  for (const step of flow.steps.filter(({ definition }) => definition.id === 'signature'))
    for (const input of ['document', 'annexes'] as const) {
      const signed = signedFor(step, input, document.data)
      if (signed) values[signed.field] = input === 'document' ? signed.copies[0] : signed.copies
    }
  const more = derivedOf(flow).flatMap(({ name, value }): [string, string | readonly FileRef[]][] => {
    const shown = value(document)
    return shown === undefined ? [] : [[name, shown]]
  })
  return { values, more: new Map(more) }
}
