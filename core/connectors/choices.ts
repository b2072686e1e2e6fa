import type { Clock, Log } from '../authoring/context.ts'
import type { Choice } from '../authoring/values.ts'
import type { Db } from '../db/knex.ts'
import { errors } from '../errors.ts'
import { canonicalJson } from '../journal/storable.ts'
import type { Connections } from './connections.ts'

/** A list held by a remote, with its age. */
export interface RemoteChoices {
  readonly choices: readonly Choice[]
  readonly fetchedAt: Date
}

export interface ChoicesRequest {
  readonly instanceId: string
  readonly capability: string
  /** A method that a field names; never what a caller sent. */
  readonly method: string
  /** Values of the fields that the method needs (the *nature*, for its typologies). */
  readonly by?: Readonly<Record<string, unknown>> | undefined
}

/** How long a list is served without asking again. */
const FRESH = 10 * 60_000

type Method = (by: Readonly<Record<string, unknown>>) => Promise<readonly Choice[]>

/**
 * Lists of remotes, kept in the database: fresh ones are served at once, an old one is better than none when the remote does
 * not answer. Its age is always told.
 */
export const createChoices = ({
  db,
  connections,
  clock,
  log,
}: {
  readonly db: Db
  readonly connections: Connections
  readonly clock: Clock
  readonly log: Log
}) => {
  const asking = new Map<string, Promise<RemoteChoices>>()

  const ask = async (
    { instanceId, capability, method, by = {} }: ChoicesRequest,
    key: string,
  ): Promise<RemoteChoices> => {
    const { connector } = await connections.open(instanceId)
    const offered = (
      connector as unknown as Readonly<Record<string, Readonly<Record<string, Method | undefined>> | undefined>>
    )[capability]
    const list = offered?.[method]
    if (!list) throw new Error(`The connector of instance ${instanceId} has no method ${capability}.${method}.`)
    const choices = await list.call(offered, by)
    const fetchedAt = clock.now()
    await db('remote_choices')
      .insert({
        instanceId,
        method: `${capability}.${method}`,
        arguments: key,
        choices: JSON.stringify(choices),
        fetchedAt,
      })
      .onConflict(['instance_id', 'method', 'arguments'])
      .merge()
    return { choices, fetchedAt }
  }

  return {
    /** @throws errors.remoteUnavailable when the remote does not answer and never did */
    async list(request: ChoicesRequest): Promise<RemoteChoices> {
      const { instanceId, capability, method, by = {} } = request
      const key = canonicalJson(by)
      const known = await db('remote_choices')
        .where({ instanceId, method: `${capability}.${method}`, arguments: key })
        .first<RemoteChoices | undefined>('choices', 'fetchedAt')
      if (known && clock.now().getTime() - known.fetchedAt.getTime() < FRESH) return known
      const name = `${instanceId} ${capability}.${method} ${key}`
      try {
        const about = { occasion: `Liste proposée aux agents (${method})` }
        const running = asking.get(name) ?? connections.during([instanceId], about, () => ask(request, key))
        asking.set(name, running)
        return await running
      } catch (error) {
        log.warn({ err: error, instance: instanceId, method }, 'a remote list could not be read')
        if (known) return known
        throw errors.remoteUnavailable({ detail: error instanceof Error ? error.message : String(error), cause: error })
      } finally {
        asking.delete(name)
      }
    },
  }
}

export type Choices = ReturnType<typeof createChoices>
