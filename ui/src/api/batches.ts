import type { DocumentSearch } from './client.ts'
import { call } from './http.ts'
import type { DocumentView, Listing } from './types.ts'

/** Batches, as `/api/v3/entites/…/lots` answers them. */

export type LineStatus =
  'ready' | 'invalid' | 'known' | 'todo' | 'done' | 'partial' | 'refused' | 'failed' | 'cancelled'

export interface Batch {
  readonly id: string
  readonly kind: 'action' | 'creation'
  readonly stage: 'examining' | 'ready' | 'running' | 'ended' | 'cancelled' | 'unreadable'
  readonly label: string
  readonly remarks: readonly string[]
  readonly counts: Readonly<Partial<Record<LineStatus, number>>>
  readonly total: number
  readonly createdAt: string
  readonly endedAt: string | null
}

export interface BatchLine {
  readonly line: number
  readonly status: LineStatus
  readonly title: string
  readonly documentId: string | null
  /** Sentences, one per line of text. */
  readonly message: string
}

export interface BatchLines {
  readonly items: readonly BatchLine[]
  readonly next: number | null
}

/** What may be asked of the documents chosen, and of how many. */
export interface SelectionOffer {
  readonly name: string
  readonly label: string
  readonly kind: 'primary' | 'normal' | 'danger'
  readonly confirm?: string
  readonly possible: number
  readonly total: number
}

/** Documents one by one, or all that the list would show. */
export type Selection = { readonly documents: readonly string[] } | { readonly recherche: DocumentSearch }

export interface Creation {
  readonly flux: string
  /** Identifier of the upload that holds the CSV or the zip. */
  readonly depot: string
  /** Full name of the field that receives the files of a zip without CSV; the first required one unless told. */
  readonly champ?: string
  readonly action?: string
  readonly encore: boolean
}

const lots = (entityId: string, rest = '') => `/entites/${encodeURIComponent(entityId)}/lots${rest}`

export const batches = {
  list: (entityId: string, apres?: string) => call<Listing<Batch>>(lots(entityId), { query: { apres } }),
  get: (entityId: string, id: string) => call<Batch>(lots(entityId, `/${id}`)),
  lines: (entityId: string, id: string, apres: number, statut?: LineStatus) =>
    call<BatchLines>(lots(entityId, `/${id}/lignes`), { query: { apres, statut } }),
  offers: async (entityId: string, selection: Selection) =>
    (
      await call<{ readonly items: readonly SelectionOffer[] }>(lots(entityId, '/actions'), {
        method: 'POST',
        body: selection,
      })
    ).items,
  act: (entityId: string, selection: Selection, action: string) =>
    call<Batch>(lots(entityId), { method: 'POST', body: { ...selection, action } }),
  create: (entityId: string, creation: Creation) =>
    call<Batch>(lots(entityId, '/creation/depot'), { method: 'POST', body: creation }),
  confirm: (entityId: string, id: string) => call<Batch>(lots(entityId, `/${id}/confirmation`), { method: 'POST' }),
  cancel: (entityId: string, id: string) => call<Batch>(lots(entityId, `/${id}/annulation`), { method: 'POST' }),
  duplicate: (entityId: string, documentId: string) =>
    call<DocumentView>(`/entites/${encodeURIComponent(entityId)}/documents/${encodeURIComponent(documentId)}/copies`, {
      method: 'POST',
    }),
}
