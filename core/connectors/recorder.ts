import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import type { Clock, Log } from '../authoring/context.ts'
import { TemporaryError } from '../authoring/errors.ts'
import type { Db } from '../db/knex.ts'
import { inTransaction } from '../db/unit-of-work.ts'
import type { CallAbout } from '../engine/ports.ts'
import { createRecording, type Recording } from './recorder-recording.ts'
import { tell } from './tell.ts'

/** Knows which call is under way, in the whole of what it awaits. */
export interface Recorder {
  /**
   * Runs a call. Its log lines carry one number and the facts given; if an administrator asked for it, what it says and hears is recorded.
   * What goes wrong with the recording never touches the call.
   */
  during<T>(instanceIds: readonly string[], about: CallAbout, work: () => Promise<T>): Promise<T>
  /** The recording that the call under way makes of this instance, if any. */
  of(instanceId: string): Recording | undefined
  /** An answer came, which asked to wait so many milliseconds, or did not: a TemporaryError of the call will say it. */
  asked(patience: number | undefined): void
  /** What a log line of the call under way carries. */
  facts(): object
}

/** A recording asked for is forgotten after this long without a call; one made, after `KEPT`. */
export const ASKED = 24 * 3_600_000
export const KEPT = 7 * 24 * 3_600_000

interface Taken {
  readonly id: string
  readonly instanceId: string
  readonly entityId: string
  readonly label: string
  readonly connector: string
  readonly connectorVersion: number
}

interface CallUnderWay {
  /** What the last HTTP answer asked to wait, in milliseconds. */
  patience: number | undefined
  readonly facts: object
  readonly recordings: ReadonlyMap<string, Recording>
}

/** One statement, so that of two processes one takes it. */
const take = async (db: Db, instanceId: string, occasion: string, now: Date): Promise<Taken | undefined> => {
  const { rows } = await db.raw<{ rows: Taken[] }>(
    `update connector_recordings r
     set taken_at = :now, occasion = :occasion, forget_at = :forget
     from connector_instances i
     where r.instance_id = :instanceId and r.taken_at is null and r.asked_until > :now and i.id = r.instance_id
     returning r.id, i.id as "instanceId", i.entity_id as "entityId", i.label, i.connector, i.connector_version as "connectorVersion"`,
    { instanceId, occasion, now, forget: new Date(now.getTime() + KEPT) },
  )
  return rows[0]
}

const headingOf = (
  { label, connector, connectorVersion }: Taken,
  { occasion, facts }: CallAbout,
  from: Date,
  to: Date,
) => [
  'Passeur : enregistrement d’un échange',
  `Connecteur : ${label} (${connector}, version ${connectorVersion})`,
  `Occasion : ${occasion}`,
  ...Object.entries(facts ?? {}).map(([name, value]) => `${name} : ${String(value)}`),
  `Début : ${from.toISOString()} (temps universel)`,
  `Fin : ${to.toISOString()}`,
  'Les secrets sont remplacés par ***. Relisez ce fichier avant de le transmettre : il peut contenir des données personnelles.',
]

/** The same failure, with the patience that the remote asked for: connectors need not carry it. */
const patient = (error: unknown, patience: number | undefined): unknown =>
  error instanceof TemporaryError && error.retryAfter === undefined && patience !== undefined
    ? new TemporaryError(error.message, { maybeSent: error.maybeSent, retryAfter: patience, cause: error })
    : error

export const createRecorder = ({
  db,
  clock,
  log,
}: {
  readonly db: Db
  readonly clock: Clock
  readonly log: Log
}): Recorder => {
  const calls = new AsyncLocalStorage<CallUnderWay>()

  const quietly = async <T>(instanceId: string, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work()
    } catch (error) {
      log.warn({ err: error, instance: instanceId }, 'an exchange could not be recorded')
      return undefined
    }
  }

  const keep = (taken: Taken, content: string) =>
    inTransaction(db, async trx => {
      const now = clock.now()
      await trx('connector_recordings').where({ id: taken.id }).update({ content, endedAt: now })
      await tell(
        trx,
        taken.entityId,
        { by: undefined, now },
        'connecteur.enregistrement',
        `Échange de « ${taken.label} » enregistré.`,
      )
    })

  return {
    async during(instanceIds, about, work) {
      const from = clock.now()
      const outer = calls.getStore()
      const made: { readonly taken: Taken; readonly recording: Recording }[] = []
      for (const instanceId of new Set(instanceIds)) {
        const taken = await quietly(instanceId, () => take(db, instanceId, about.occasion, from))
        if (taken) made.push({ taken, recording: createRecording(clock) })
      }
      const under: CallUnderWay = {
        patience: undefined,
        facts: { call: randomUUID(), ...outer?.facts, ...about.facts },
        recordings: new Map([
          ...(outer?.recordings ?? []),
          ...made.map(({ taken, recording }) => [taken.instanceId, recording] as const),
        ]),
      }
      let ending = 'Résultat : pas d’erreur.'
      try {
        return await calls.run(under, work)
      } catch (error) {
        ending = `Résultat : ${error instanceof Error ? `${error.name} : ${error.message}` : String(error)}`
        throw patient(error, under.patience)
      } finally {
        for (const { taken, recording } of made)
          await quietly(taken.instanceId, () =>
            keep(taken, recording.text(headingOf(taken, about, from, clock.now()), ending)),
          )
      }
    },

    asked(patience) {
      const under = calls.getStore()
      if (under) under.patience = patience
    },

    of: instanceId => calls.getStore()?.recordings.get(instanceId),
    facts: () => calls.getStore()?.facts ?? {},
  }
}
