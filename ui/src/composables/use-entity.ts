import { computed, inject, provide, type ComputedRef, type InjectionKey } from 'vue'
import { api } from '../api/client.ts'
import type { Entity } from '../api/types.ts'
import { useEntities } from './use-entities.ts'
import { useLoaded } from './use-loaded.ts'

export interface CurrentEntity {
  readonly id: ComputedRef<string>
  readonly entity: ComputedRef<Entity | undefined>
  /** Whether the agent holds this right here, by its name (`connecteur:edition`). */
  readonly may: (right: string) => boolean
}

const key: InjectionKey<CurrentEntity> = Symbol('entity')

/** Loads the entity on screen, with the agent's rights there, and the tree that it belongs to. */
export const provideEntity = (entityId: () => string) => {
  const { load } = useEntities()
  const { data, error, reload } = useLoaded(entityId, async id => {
    const [entity] = await Promise.all([api.entities.get(id), load()])
    return entity
  })
  const entity = computed(() => data.value)
  const may = (right: string) => entity.value?.rights?.includes(right) ?? false
  provide(key, { id: computed(entityId), entity, may })
  return { entity, error, reload }
}

export const useEntity = (): CurrentEntity => {
  const current = inject(key)
  if (!current) throw new Error('This component lives under the layout of an entity.')
  return current
}
