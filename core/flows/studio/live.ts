import type { Log } from '../../authoring/context.ts'
import type { Db } from '../../db/knex.ts'
import type { Listener } from '../../db/notifications.ts'
import { FlowError } from '../../engine/compile.ts'
import type { FlowRegistry } from '../registry.ts'
import { FLOWS_CHANNEL, publishedFlows } from './store.ts'

/** How a process knows what is published. */
export const createLive = ({
  db,
  flows,
  log,
}: {
  readonly db: Db
  readonly flows: Pick<FlowRegistry, 'learn'>
  readonly log: Log
}) => {
  /** Reads one flow, or all of them, as they are published now. */
  const learn = async (id?: string): Promise<void> => {
    for (const flow of await publishedFlows(db, id))
      try {
        flows.learn(flow)
      } catch (error) {
        if (!(error instanceof FlowError)) throw error
        log.error(
          { flow: flow.stored.id, faults: error.faults },
          'a flow of the studio cannot run with the steps installed',
        )
      }
  }

  return {
    learn,
    /** Learns what was published before, then what is published anywhere. @returns how to stop */
    async follow(listener: Listener): Promise<() => void> {
      const again = (id?: string) => {
        learn(id).catch((error: unknown) => log.error({ err: error }, 'what is published in the studio cannot be read'))
      }
      const stop = listener.subscribe(FLOWS_CHANNEL, { message: again, missed: again })
      await learn()
      return stop
    },
  }
}
