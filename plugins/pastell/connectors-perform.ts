import { Problem } from '#core'
import { requireOn } from './access.ts'
import type { Call } from './call.ts'
import type { Instance } from './connectors-instances.ts'
import type { ConnectorAction } from './connectors-names.ts'

export interface Performed {
  readonly ok: boolean
  /** For whoever asked. */
  readonly message: string
}

/** Runs an action of a connector; what the remote refuses is an answer. An instance that waits for its settings is not called. */
export const perform = async (call: Call, instance: Instance, action: ConnectorAction): Promise<Performed> => {
  const { connectors } = call.services
  if (instance.status === 'suspended' && action.is === 'task') return { ok: false, message: instance.statusMessage }
  const acting = { entityId: instance.entityId, userId: call.caller.id }
  if (action.is === 'check') return connectors.test(acting, instance.id)
  await requireOn(call, instance.entityId, 'connecteur:edition')
  try {
    return { ok: true, ...(await connectors.run(acting, instance.id, action.task)) }
  } catch (error) {
    if (error instanceof Problem && error.status === 502) return { ok: false, message: error.detail ?? error.message }
    throw error
  }
}
