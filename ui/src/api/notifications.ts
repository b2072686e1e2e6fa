import type * as made from '../../../core/client/api.ts'
import { call } from './http.ts'

/** Subscriptions to changes of state, as `/api/v3/notifications` answers them. */

export type Rhythm = made.Subscription['rhythm']
export type { LateLetter, Subscription, Subscriptions } from '../../../core/client/api.ts'

export const notifications = {
  mine: () => call('GET /notifications'),
  choices: async (entityId: string, flux?: string) =>
    (await call('GET /entites/{entityId}/notifications/choix', { path: { entityId }, query: { flux } })).items,
  subscribe: (entityId: string, body: made.NewSubscription) =>
    call('POST /entites/{entityId}/notifications', { path: { entityId }, body }),
  unsubscribe: (subscriptionId: string) => call('DELETE /notifications/{subscriptionId}', { path: { subscriptionId } }),
  late: (apres?: string) => call('GET /notifications/non-remises', { query: { apres } }),
}
