import { toApiError, unreachable } from './errors.ts'
import { address, apiState, call, signedOut } from './http.ts'
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
export type Selection =
  | { readonly documents: readonly string[] }
  | { readonly recherche: { readonly flux?: string; readonly etat?: string; readonly q?: string } }

export interface Creation {
  readonly flow: string
  readonly file: File
  readonly action?: string
  readonly again: boolean
}

const lots = (entityId: string, rest = '') => `/entites/${encodeURIComponent(entityId)}/lots${rest}`

/** The file is the body of the request: nothing of it is kept in memory. */
const send = async (entityId: string, { flow, file, action, again }: Creation): Promise<Batch> => {
  const query = { flux: flow, nom: file.name, action, encore: again ? 'true' : undefined }
  const response = await fetch(address(lots(entityId, '/creation'), query), {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'x-csrf-token': apiState.csrf, 'content-type': 'application/octet-stream', accept: 'application/json' },
    body: file,
  }).catch(() => {
    throw unreachable()
  })
  const text = await response.text()
  if (!response.ok) throw signedOut(toApiError(response.status, text))
  return JSON.parse(text) as Batch
}

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
  create: send,
  confirm: (entityId: string, id: string) => call<Batch>(lots(entityId, `/${id}/confirmation`), { method: 'POST' }),
  cancel: (entityId: string, id: string) => call<Batch>(lots(entityId, `/${id}/annulation`), { method: 'POST' }),
  duplicate: (entityId: string, documentId: string) =>
    call<DocumentView>(`/entites/${encodeURIComponent(entityId)}/documents/${encodeURIComponent(documentId)}/copies`, {
      method: 'POST',
    }),
}
