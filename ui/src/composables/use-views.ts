import { computed, type ComputedRef } from 'vue'
import { API_PREFIX } from '../../../core/client/api.ts'
import { call } from '../api/http.ts'
import { useLoaded } from './use-loaded.ts'

export interface FileView {
  readonly label: string
  /** Address of the page. */
  readonly address: string
}

let catalogue: Promise<ReadonlySet<string>> | undefined

/** Media types that somebody can show, asked once: most files have none, and cost no request. */
const typesShown = (): Promise<ReadonlySet<string>> =>
  (catalogue ??= call('GET /visionneuses').then(
    ({ items }) => new Set(items.flatMap(({ types }) => types)),
    (error: unknown) => {
      catalogue = undefined
      throw error
    },
  ))

/** `/entites/1/documents/Xy7/fichiers/acte/9f…`, below the prefix. */
const fileAt = (address: string) => {
  const [, , entityId = '', , documentId = '', , field = '', sha256 = ''] = address
    .slice(API_PREFIX.length)
    .split('/')
    .map(decodeURIComponent)
  return { entityId, documentId, field, sha256 }
}

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
      const { items } = await call('GET /entites/{entityId}/documents/{documentId}/fichiers/{field}/{sha256}/vues', {
        path: fileAt(address),
      })
      return items.map(({ id, label }) => ({ label, address: `${address}/vues/${encodeURIComponent(id)}` }))
    },
  )
  return computed(() => data.value ?? [])
}
