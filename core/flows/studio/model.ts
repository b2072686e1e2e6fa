import type { FlowFault } from '../../engine/compile.ts'
import { errors } from '../../errors.ts'
import { shapeFaults } from './check.ts'
import type { StudioFlow } from './format.ts'
import type { StudioRow } from './store.ts'

/** brouillon: never published. publié: documents may begin. retiré: those that are open finish. */
export type StudioState = 'brouillon' | 'publie' | 'retire'

export interface StudioSummary {
  readonly id: string
  readonly label: string
  readonly family: string
  readonly state: StudioState
  /** Version that new documents follow; none before the first publication. */
  readonly published: number | null
  /** The draft says something else than what is published. */
  readonly changed: boolean
  readonly updatedAt: Date
}

/** A version as it was published. */
export interface PublishedVersion {
  readonly version: number
  readonly publishedAt: Date
  /** Login; nothing when the account is gone or there was none. */
  readonly publishedBy: string | null
  /** What it says that the one before did not. */
  readonly changes: readonly string[]
}

export interface StudioDetail extends StudioSummary {
  readonly draft: StudioFlow
  readonly revision: number
  readonly faults: readonly FlowFault[]
  /** Newest first. */
  readonly versions: readonly PublishedVersion[]
}

export interface Editing {
  readonly id: string
  /** As it was read; another means that somebody was faster. */
  readonly revision: number
  /** Account; none: the command line. */
  readonly by: string | undefined
}

const stateOf = ({ published, retiredAt }: StudioRow): StudioState =>
  published === null ? 'brouillon' : retiredAt ? 'retire' : 'publie'

/** @param source what was published last */
export const summaryOf = (found: StudioRow, source: StudioFlow | undefined): StudioSummary => ({
  id: found.id,
  label: found.draft.label,
  family: found.draft.family,
  state: stateOf(found),
  published: found.published,
  changed: JSON.stringify(found.draft) !== JSON.stringify(source),
  updatedAt: found.updatedAt,
})

/** Every fault at its place, as the API answers them. */
export const refusal = (faults: readonly FlowFault[]) =>
  errors.badInput({ fields: faults.map(({ at, message }) => ({ field: at, code: 'flux', message })) })

/** @throws errors.badInput when it is not a flow by the published schema */
export const assertFlow = (value: unknown): StudioFlow => {
  const faults = shapeFaults(value)
  if (faults.length > 0) throw refusal(faults)
  const { $schema: _schema, ...flow } = value as StudioFlow
  return flow
}
