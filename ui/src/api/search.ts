import { call } from './http.ts'
import type { DocumentSummary } from './types.ts'

/** A stretch of text, and whether it is what was looked for. */
export interface Passage {
  readonly text: string
  readonly found: boolean
}

export interface FoundDocument {
  readonly document: DocumentSummary
  readonly entityName: string
  readonly title: readonly Passage[]
  readonly fields: readonly { readonly label: string; readonly value: readonly Passage[] }[]
}

export interface FoundPage {
  readonly items: readonly FoundDocument[]
  readonly next: string | null
  /** Too many to be compared: the newest come first. */
  readonly byDate: boolean
}

/** Documents of every entity that the agent may read. */
export const search = (q: string, apres?: string) => call<FoundPage>('/recherche', { query: { q, apres } })
