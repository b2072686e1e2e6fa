import type { GoTo, TaskContext, SignalContext, Wait, Goto } from '#core'
import type { fields, inputs } from './fields.ts'

/** What each task and signal of the step receives. */
export type Task = TaskContext<typeof inputs, typeof fields, 'mailsec' | 'reglages'>
export type Signal = SignalContext<typeof inputs, typeof fields>
/** The next state, among those that the task or the signal declares. */
export type To<S extends string> = GoTo<S, typeof fields>
export type Decision<S extends string> = Promise<Goto<S> | Wait>
