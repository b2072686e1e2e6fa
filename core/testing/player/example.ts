import type { Capabilities, CapabilityName } from '../../contracts/index.ts'
import type { Files } from '../../authoring/context.ts'
import type { FileRef } from '../../authoring/values.ts'
import type { Kin } from '../../engine/ports.ts'

type Answer<F> = F extends (...given: infer A) => Promise<infer R>
  ? (given: { readonly real: () => Promise<R>; readonly args: A }) => R | Promise<R>
  : never
type AnswersTo<T> = {
  readonly [M in keyof T]?: NonNullable<T[M]> extends (...given: never) => unknown
    ? Readonly<Record<string, Answer<NonNullable<T[M]>>>>
    : AnswersTo<NonNullable<T[M]>>
}

/** What a remote may answer to a call instead of what its stand-in would, by capability, method and a name for reports. */
export type Answers = { readonly [C in CapabilityName]?: AnswersTo<Capabilities[C]> } & {
  /** Documents of the hub itself: other documents, associations. */
  readonly kin?: AnswersTo<Kin>
}

type Values = Readonly<Record<string, unknown>>

/** What playing a step needs and cannot be guessed from its definition: `exemple` in `exemple.ts` of its folder. Names are those of the step. */
export interface StepExample {
  /** Fields to fill in, besides those that are required or ticked. */
  readonly values?: Values
  /** What an agent types where the document rests, by state; each entry is another way to do it. */
  readonly corrections?: Readonly<Record<string, readonly Values[]>>
  /** What comes from outside, by signal, from the fields of the step; each entry is another event, or nothing where it cannot happen. */
  readonly signals?: Readonly<Record<string, readonly ((data: Values) => Values | undefined)[]>>
  readonly answers?: Answers
  /** What an administrator settled, for the steps that read settings. */
  readonly settings?: Values
  /** States that play may not reach in some flows, each with its reason. */
  readonly neverReached?: Readonly<Record<string, string>>
}

/** What a flow is made with, in a test. */
export interface Materials {
  now(): Date
  readonly files: Files
  /** A file whose content can be read; its media type is told by its name. */
  save(content: string | Uint8Array, name: string): Promise<FileRef>
}

/** The same for a flow: `exemple` in `exemple.ts` of its folder. Names are full (`signature.circuit`). */
export interface FlowExample extends Omit<StepExample, 'values' | 'signals' | 'settings'> {
  /** Forms to begin with, by a name for reports; required fields are filled and boxes ticked where they say nothing. One of these alone: all boxes ticked. */
  readonly departures?: Readonly<Record<string, (materials: Materials) => Values | Promise<Values>>>
  /** Remotes that differ from those of the town. */
  readonly remotes?: (materials: Materials) => Partial<Capabilities>
}
