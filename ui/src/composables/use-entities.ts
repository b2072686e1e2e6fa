import { computed, ref } from 'vue'
import { api } from '../api/client.ts'
import type { Entity } from '../api/types.ts'

export interface TreeEntity extends Entity {
  /** Depth under the highest entity that the agent sees. */
  readonly level: number
  /** Names of the ancestors, for searching and for telling homonyms apart. */
  readonly path: string
}

const entities = ref<readonly Entity[]>([])
let asked: Promise<void> | undefined

/** Adds depth and path to a flat list ordered by path; an ancestor that may not be seen is simply not there. */
export const asTree = (flat: readonly Entity[]): readonly TreeEntity[] => {
  const known = new Map<string, TreeEntity>()
  for (const entity of flat) {
    const parent = entity.parentId === null ? undefined : known.get(entity.parentId)
    known.set(entity.id, {
      ...entity,
      level: parent ? parent.level + 1 : 0,
      path: parent ? [parent.path, parent.name].filter(Boolean).join(' › ') : '',
    })
  }
  return [...known.values()]
}

const tree = computed(() => asTree(entities.value))
const name = (id: string | null): string => entities.value.find(entity => entity.id === id)?.name ?? ''

const load = (): Promise<void> => {
  asked ??= api.entities.list().then(
    list => void (entities.value = list),
    (error: unknown) => {
      asked = undefined
      throw error
    },
  )
  return asked
}

const forget = (): void => {
  asked = undefined
  entities.value = []
}

/** The entities that the agent may see, loaded once for the whole application. */
export const useEntities = () => ({ tree, name, load, forget })
