import type { Readable } from 'node:stream'
import type { FieldSpec, Fields, Patch, Refs } from './fields.ts'
import { refsOf, type PlacedStep, type Placement } from './steps.ts'

/** A field of a flow as it is stored: the same for a flow written in TypeScript, drawn in the studio or imported. */
export interface StoredFlow {
  readonly id: string
  readonly version: number
  readonly label: string
  readonly family: string
  readonly description?: string
  readonly fields: Readonly<Record<string, FieldSpec>>
  readonly steps: readonly PlacedStep[]
  /** Largest total size of the files of one document, in bytes. */
  readonly maxBytes?: number
  readonly pastell?: string
  /** A form that another flow fills or shows (the page of a recipient): agents do not begin a document of it. */
  readonly companion?: true
}

export interface FlowDefinition<F extends Fields = Fields> {
  readonly id: string
  readonly version: number
  readonly label: string
  readonly family: string
  readonly description?: string
  readonly fields: F
  readonly maxBytes?: number
  readonly pastell?: string
  readonly companion?: true
  /** Values of documents born under an older version, brought to this one. Needed as soon as something disappears. */
  readonly upgrade?: (values: Readonly<Record<string, unknown>>, from: number) => Readonly<Record<string, unknown>>
  /** Pure, streaming readers run when a given file is set: they fill fields, never send. */
  readonly extract?: {
    readonly [K in keyof F]?: (
      content: Readable,
      file: { readonly name: string; readonly size: number },
    ) => Promise<Patch<F>>
  }
  steps(fields: Refs<F>): readonly Placement[]
}

export interface Flow {
  readonly stored: StoredFlow
  readonly upgrade?: FlowDefinition['upgrade']
  readonly extract?: Readonly<
    Record<
      string,
      (
        content: Readable,
        file: { readonly name: string; readonly size: number },
      ) => Promise<Readonly<Record<string, unknown>>>
    >
  >
}

/** Declares a flow: a first page of fields, then steps in order. What it returns is plain data, plus code only it can have. */
export const defineFlow = <const F extends Fields>(definition: FlowDefinition<F>): Flow => {
  const { fields, steps, upgrade, extract, ...identity } = definition
  return {
    stored: { ...identity, fields, steps: steps(refsOf(fields)).map(placement => placement.placed) },
    ...(upgrade ? { upgrade } : {}),
    ...(extract ? { extract: extract as NonNullable<Flow['extract']> } : {}),
  }
}
