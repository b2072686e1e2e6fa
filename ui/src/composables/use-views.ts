import { computed, type ComputedRef } from 'vue'
import { BASE, call } from '../api/http.ts'
import { useLoaded } from './use-loaded.ts'

export interface FileView {
  readonly label: string
  /** Address of the page. */
  readonly address: string
}

interface Named {
  readonly id: string
  readonly label: string
}
type Items<T> = { readonly items: readonly T[] }

let catalogue: Promise<ReadonlySet<string>> | undefined

/** Media types that somebody can show, asked once: most files have none, and cost no request. */
const typesShown = (): Promise<ReadonlySet<string>> =>
  (catalogue ??= call<Items<{ readonly types: readonly string[] }>>('/visionneuses').then(
    ({ items }) => new Set(items.flatMap(({ types }) => types)),
    (error: unknown) => {
      catalogue = undefined
      throw error
    },
  ))

/**
 * The pages on which a file can be seen. A refusal of the server gives none: the link to the file is there all the same.
 * @param file its media type, and the address of its download; none without an address
 */
export const useViews = (
  file: () => { readonly type: string; readonly address: string | undefined },
): ComputedRef<readonly FileView[]> => {
  const { data } = useLoaded(
    () => {
      const { type, address } = file()
      return `${type} ${address ?? ''}`
    },
    async (): Promise<readonly FileView[]> => {
      const { type, address } = file()
      if (address === undefined || !(await typesShown()).has(type)) return []
      const { items } = await call<Items<Named>>(`${address.slice(BASE.length)}/vues`)
      return items.map(({ id, label }) => ({ label, address: `${address}/vues/${encodeURIComponent(id)}` }))
    },
  )
  return computed(() => data.value ?? [])
}
