import type * as made from '../../../core/client/api.ts'
import type { DocumentSearch } from './client.ts'
import { call } from './http.ts'

/** Batches, as `/api/v3/entites/…/lots` answers them. */

export type LineStatus = made.BatchItem['status']
export type Batch = made.BatchView
export type BatchLine = made.BatchItem
export type BatchLines = made.BatchItemPage
export type SelectionOffer = made.SelectionOffer

/** Documents one by one, or all that the list would show. */
export type Selection = { readonly documents: readonly string[] } | { readonly recherche: DocumentSearch }

export const batches = {
  list: (entityId: string, apres?: string) =>
    call('GET /entites/{entityId}/lots', { path: { entityId }, query: { apres } }),
  get: (entityId: string, batchId: string) =>
    call('GET /entites/{entityId}/lots/{batchId}', { path: { entityId, batchId } }),
  lines: (entityId: string, batchId: string, apres: number, statut?: LineStatus) =>
    call('GET /entites/{entityId}/lots/{batchId}/lignes', { path: { entityId, batchId }, query: { apres, statut } }),
  offers: async (entityId: string, selection: Selection) =>
    (await call('POST /entites/{entityId}/lots/actions', { path: { entityId }, body: selection })).items,
  act: (entityId: string, selection: Selection, action: string) =>
    call('POST /entites/{entityId}/lots', { path: { entityId }, body: { ...selection, action } }),
  create: (entityId: string, creation: made.StagedCreation) =>
    call('POST /entites/{entityId}/lots/creation/depot', { path: { entityId }, body: creation }),
  confirm: (entityId: string, batchId: string) =>
    call('POST /entites/{entityId}/lots/{batchId}/confirmation', { path: { entityId, batchId } }),
  cancel: (entityId: string, batchId: string) =>
    call('POST /entites/{entityId}/lots/{batchId}/annulation', { path: { entityId, batchId } }),
  duplicate: (entityId: string, documentId: string) =>
    call('POST /entites/{entityId}/documents/{documentId}/copies', { path: { entityId, documentId } }),
}
