import { filesHeld, isEmpty, type CompiledFlow, type CompiledStep, type Document, type FileRef } from '#core'
import { namesOf } from './names.ts'

/**
 * Pastell puts the signed file in the place of the original, and keeps the latter under another name; here nothing replaces what an
 * agent deposited. Its clients fetch the signed file where they sent the original, so that is where they find it.
 */
export interface Shown {
  /** By full name, as Pastell would hold them. */
  readonly values: Document['data']
  /** What only Pastell has: the originals, and the marks that something came back. */
  readonly more: ReadonlyMap<string, string | readonly FileRef[]>
}

/** The steps that bring back a signed copy of what they were given. */
const signedBy = (step: CompiledStep): string | undefined => {
  const binding = step.definition.id === 'signature' ? step.bindings['document'] : undefined
  return typeof binding === 'string' ? binding : binding?.firstOf.at(-1)
}

/** Marks of Pastell, and the field of ours whose presence they tell. */
const MARKS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  signature: { has_signature: 'bordereau' },
  tdtActes: { has_bordereau: 'bordereau', has_annulation: 'annulationId' },
}

const marksOf = (step: CompiledStep, data: Document['data'], suffix: string): [string, string][] =>
  Object.entries(MARKS[step.definition.id] ?? {}).flatMap(([mark, field]): [string, string][] =>
    isEmpty(data[`${step.alias}.${field}`]) ? [] : [[`${mark}${suffix}`, '1']],
  )

export const shownFor = (flow: CompiledFlow, data: Document['data']): Shown => {
  const values: Record<string, unknown> = { ...data }
  const more = new Map<string, string | readonly FileRef[]>()
  for (const step of flow.steps) {
    const suffix = namesOf(flow).suffix(step.alias)
    for (const [mark, value] of marksOf(step, data, suffix)) more.set(mark, value)
    const original = signedBy(step)
    const signed = filesHeld(data[`${step.alias}.signe`])
    if (original === undefined || signed.length === 0) continue
    const kept = filesHeld(values[original])
    values[original] = signed[0]
    if (kept.length > 0) more.set(`document_original${suffix}`, kept)
  }
  return { values, more }
}
