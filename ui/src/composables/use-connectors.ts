import { ref } from 'vue'
import { api } from '../api/client.ts'
import type { InstanceView } from '../api/types.ts'
import { useLoaded } from './use-loaded.ts'

export interface TestResult {
  readonly ok: boolean
  readonly message: string
}

/** The connectors of an entity, its own and those it inherits. */
export const useConnectors = (entityId: () => string) => {
  const { data, error, reload } = useLoaded(entityId, api.connectors.list)
  const results = ref<Readonly<Record<string, TestResult>>>({})
  const testing = ref<readonly string[]>([])

  /** Asks the remote through an instance; the sentence stays beside it. */
  const test = async (instance: InstanceView): Promise<void> => {
    testing.value = [...testing.value, instance.id]
    try {
      const result = await api.connectors.test(entityId(), instance.id)
      // Read after the wait: other tests may have answered meanwhile.
      results.value = { ...results.value, [instance.id]: result }
      // A test that succeeds may close the breaker.
      await reload()
    } finally {
      testing.value = testing.value.filter(id => id !== instance.id)
    }
  }
  const resume = async (instance: InstanceView): Promise<void> => {
    await api.connectors.resume(entityId(), instance.id)
    await reload()
  }
  return { instances: data, error, reload, test, testing, results, resume }
}
