import { expect, test } from 'vitest'
import type { Subscription } from '../db/notifications.ts'
import { createDocumentEvents, type Follower } from './events.ts'

const notice = (entityId: string, documentId: string, version = 1) => ({
  entityId,
  documentId,
  version,
  state: 'brouillon',
  flow: 'note',
})

/** The events of one process, and what its database would tell it. */
const started = () => {
  let heard: Subscription | undefined
  const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
  const listener = {
    subscribe: (_: string, subscription: Subscription) => {
      heard = subscription
      return () => undefined
    },
  }
  const events = createDocumentEvents({ listener, log: silent })
  return {
    events,
    tell: (entityId: string, documentId: string) => heard?.message(JSON.stringify(notice(entityId, documentId))),
    lose: () => heard?.missed(),
  }
}

/** Remembers what it hears, and how far it went. */
const ear = () => {
  const said: string[] = []
  let position = ''
  const follower: Follower = {
    began(at) {
      position = at
    },
    moved({ documentId }, at) {
      said.push(documentId)
      position = at
    },
    missed(at) {
      said.push('relire')
      position = at
    },
  }
  return { said, follower, position: () => position }
}

test('qui revient reçoit ce qu’il a manqué, dans l’ordre, et rien des autres entités', () => {
  const { events, tell } = started()
  const first = ear()
  const stop = events.follow('1', first.follower)
  tell('1', 'a')
  stop()
  for (const document of ['b', 'c']) tell('1', document)
  tell('2', 'x')
  const again = ear()
  events.follow('1', again.follower, first.position())
  tell('1', 'd')
  expect([first.said, again.said]).toEqual([['a'], ['b', 'c', 'd']])
})

test('parti avant d’avoir rien entendu, il ne manque rien non plus', () => {
  const { events, tell } = started()
  const first = ear()
  events.follow('1', first.follower)()
  tell('1', 'a')
  const again = ear()
  events.follow('1', again.follower, first.position())
  expect(again.said).toEqual(['a'])
})

test('ce qui s’est perdu, ce qui est trop ancien ou vient d’un autre processus se relit', () => {
  const { events, tell, lose } = started()
  const first = ear()
  events.follow('1', first.follower)()
  const other = ear()
  started().events.follow('1', other.follower)()
  lose()
  const [lost, foreign, strange, recent] = [ear(), ear(), ear(), ear()]
  events.follow('1', lost.follower, first.position())
  events.follow('1', foreign.follower, other.position())
  events.follow('1', strange.follower, 'n’importe quoi')
  for (let n = 0; n < 5_001; n += 1) tell('2', 'x')
  const old = ear()
  events.follow('1', old.follower, lost.position())
  events.follow('1', recent.follower, old.position())
  expect([lost.said, foreign.said, strange.said, old.said]).toEqual([['relire'], ['relire'], ['relire'], ['relire']])
  expect(recent.said).toEqual([])
})
