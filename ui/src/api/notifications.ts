import { call } from './http.ts'

/** Subscriptions to changes of state, as `/api/v3/notifications` answers them. */

export type Rhythm = 'immediat' | 'quotidien'

export interface Subscription {
  readonly id: string
  readonly entityId: string
  readonly entityName: string
  readonly flow: string | null
  readonly flowLabel: string | null
  readonly event: string
  readonly eventLabel: string
  readonly rhythm: Rhythm
}

export interface Subscriptions {
  /** Without one nothing leaves. */
  readonly mailServer: boolean
  readonly email: string | null
  readonly items: readonly Subscription[]
}

export interface EventChoice {
  readonly event: string
  readonly label: string
  readonly proposed: boolean
}

/** A letter that has not left. */
export interface LateLetter {
  readonly id: string
  readonly login: string
  readonly email: string | null
  readonly documents: number
  readonly createdAt: string
  readonly tries: number
  readonly error: string
  readonly nextTry: string | null
}

const ofEntity = (entityId: string, rest = '') => `/entites/${encodeURIComponent(entityId)}/notifications${rest}`

export const notifications = {
  mine: () => call<Subscriptions>('/notifications'),
  choices: async (entityId: string, flux?: string) =>
    (await call<{ readonly items: readonly EventChoice[] }>(ofEntity(entityId, '/choix'), { query: { flux } })).items,
  subscribe: (
    entityId: string,
    body: { readonly flow?: string; readonly events: readonly string[]; readonly rhythm: Rhythm },
  ) => call<Subscriptions>(ofEntity(entityId), { method: 'POST', body }),
  unsubscribe: (id: string) => call<undefined>(`/notifications/${encodeURIComponent(id)}`, { method: 'DELETE' }),
  late: (apres?: string) =>
    call<{ readonly items: readonly LateLetter[]; readonly next: string | null }>('/notifications/non-remises', {
      query: { apres },
    }),
}
