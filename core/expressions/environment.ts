import type { Budget } from './budget.ts'
import type { Value } from './values.ts'

/** What reads the files of the document for the functions of the language. Each answers nothing when there is no such file. */
export interface Sources {
  xpath(field: string, expression: string): Promise<readonly Value[]>
  jsonpath(field: string, expression: string): Promise<readonly Value[]>
  csv(field: string, cell: CsvCell): Promise<string>
  /** Does a PCRE-like pattern (`/…/i`) match? Run apart: a hostile pattern may never end. */
  matches(text: string, pattern: string): Promise<boolean>
  /** The label of the value chosen in a list. */
  label(field: string): string
}

/** A cell, both ranks from 0. */
export interface CsvCell {
  readonly column: number
  readonly line: number
  readonly delimiter: string
  readonly enclosure: string
  readonly escape: string
}

export interface Environment {
  readonly sources: Sources
  readonly budget: Budget
  readonly now: Date | undefined
}

/** `x => …`, given to a filter. */
export type Callback = (...values: readonly Value[]) => Promise<Value>
export type Argument = Value | Callback

export interface Operation {
  /** Fewest and most arguments, the input of a filter not counted. */
  readonly takes: readonly [number, number]
  run(environment: Environment, args: readonly Argument[]): Value | Promise<Value>
}
