import { filesHeld, type CompiledStep, type FileRef } from '#core'
import type { Held } from './rule.ts'

/** What a signature is given, and where it puts the signed copies of it. */
const SIGNED = { document: 'signe', annexes: 'annexesSignees' } as const
export type SignedInput = keyof typeof SIGNED

/** The field of the form that an input is given, whatever may take its place on the way. */
const originOf = (step: CompiledStep, input: SignedInput): string | undefined => {
  const binding = step.bindings[input]
  return typeof binding === 'string' ? binding : binding?.firstOf.at(-1)
}

/** Signed copies that stand for what was given: one for each, or none at all. Where the flow names them apart, they stand for nothing else. */
export const signedFor = (
  step: CompiledStep,
  input: SignedInput,
  data: Held['data'],
):
  | { readonly field: string; readonly originals: readonly FileRef[]; readonly copies: readonly FileRef[] }
  | undefined => {
  const field = step.pastell[`fields.${SIGNED[input]}`] === undefined ? originOf(step, input) : undefined
  const copies = filesHeld(data[`${step.alias}.${SIGNED[input]}`])
  const originals = field === undefined ? [] : filesHeld(data[field])
  return field === undefined || copies.length === 0 || copies.length !== originals.length
    ? undefined
    : { field, originals, copies }
}
