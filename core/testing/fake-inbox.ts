import type { Inbox, InboxForm } from '../authoring/connectors.ts'
import type { FieldSpec } from '../authoring/fields.ts'

export type Delivery = Parameters<Inbox['deliver']>[0]

export interface FakeInbox extends Inbox {
  /** What was created, in order. */
  readonly delivered: readonly Delivery[]
  /** The next delivery is committed or not, then the process dies. */
  die(when: 'before' | 'after', error: Error): void
}

/** An inbox that keeps what it receives, once per external id, and dies on command. */
export const fakeInbox = (fields: Readonly<Record<string, FieldSpec>>, id = 'courrier'): FakeInbox => {
  const delivered: Delivery[] = []
  const form: InboxForm = { id, label: 'Courrier', fields }
  let death: { readonly when: 'before' | 'after'; readonly error: Error } | undefined
  return {
    delivered,
    die: (when, error) => void (death = { when, error }),
    form: async name => (name === id || name === `pastell-${id}` ? form : undefined),
    attach: () => Promise.reject(new Error('not here')),
    async deliver(found) {
      const now = death
      death = undefined
      if (now?.when === 'before') throw now.error
      const known = delivered.some(({ externalId }) => externalId === found.externalId)
      if (!known) delivered.push(found)
      if (now) throw now.error
      return known ? 'known' : 'created'
    },
  }
}
