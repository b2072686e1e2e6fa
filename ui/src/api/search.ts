import type { FoundDocument } from '../../../core/client/api.ts'
import { call } from './http.ts'

export type { FoundDocument }
/** A stretch of text, and whether it is what was looked for. */
export type Passage = FoundDocument['title'][number]

/** Documents of every entity that the agent may read. */
export const search = (q: string, apres?: string) => call('GET /recherche', { query: { q, apres } })
