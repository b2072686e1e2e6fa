import type * as made from '../../../core/client/api.ts'
import { toApiError } from './errors.ts'
import { address, call, signedOut } from './http.ts'
import { request } from './request.ts'

/** The address book of an entity, as `/api/v3/entites/…/annuaire` answers it. */

export type { Contact, ContactGroup, ContactImport, Recipients, RecipientSuggestion } from '../../../core/client/api.ts'
export type ContactContents = made.NewContact

export const contacts = {
  list: (entityId: string, query: { readonly debut?: string; readonly groupe?: string; readonly apres?: string }) =>
    call('GET /entites/{entityId}/annuaire/contacts', { path: { entityId }, query }),
  create: (entityId: string, body: ContactContents) =>
    call('POST /entites/{entityId}/annuaire/contacts', { path: { entityId }, body }),
  change: (entityId: string, contactId: string, body: ContactContents) =>
    call('PATCH /entites/{entityId}/annuaire/contacts/{contactId}', { path: { entityId, contactId }, body }),
  remove: (entityId: string, contactId: string) =>
    call('DELETE /entites/{entityId}/annuaire/contacts/{contactId}', { path: { entityId, contactId } }),
  groups: async (entityId: string) =>
    (await call('GET /entites/{entityId}/annuaire/groupes', { path: { entityId } })).items,
  createGroup: (entityId: string, body: made.NewContactGroup) =>
    call('POST /entites/{entityId}/annuaire/groupes', { path: { entityId }, body }),
  shareGroup: (entityId: string, mailGroupId: string, shared: boolean) =>
    call('PATCH /entites/{entityId}/annuaire/groupes/{mailGroupId}', {
      path: { entityId, mailGroupId },
      body: { shared },
    }),
  removeGroup: (entityId: string, mailGroupId: string) =>
    call('DELETE /entites/{entityId}/annuaire/groupes/{mailGroupId}', { path: { entityId, mailGroupId } }),
  /** The roles that a group may stand for. */
  roles: async () => (await call('GET /roles')).items,
  suggest: async (entityId: string, debut: string) =>
    (await call('GET /entites/{entityId}/annuaire/suggestions', { path: { entityId }, query: { debut } })).items,
  read: (entityId: string, liste: string) =>
    call('POST /entites/{entityId}/annuaire/destinataires', { path: { entityId }, body: { liste } }),
  exportAddress: (entityId: string) => address('GET /entites/{entityId}/annuaire/export', { path: { entityId } }),
  /** @throws ApiError with a sentence */
  async import(entityId: string, file: File, essai: boolean): Promise<made.ContactImport> {
    const answer = await request({
      method: 'POST',
      url: address('POST /entites/{entityId}/annuaire/import', { path: { entityId }, query: { essai } }),
      headers: { 'content-type': 'text/csv' },
      body: file,
      signal: new AbortController().signal,
    })
    if (answer.status !== 200) throw signedOut(toApiError(answer.status, answer.responseText))
    return JSON.parse(answer.responseText) as made.ContactImport
  },
}
