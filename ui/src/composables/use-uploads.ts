import { onScopeDispose, ref, type Ref } from 'vue'
import { ApiError } from '../api/errors.ts'
import { isAbort } from '../api/http.ts'
import { i18n } from '../locales/i18n.ts'
import { size } from '../components/format.ts'
import type { FieldView } from '../api/types.ts'

export interface UploadItem {
  readonly id: number
  readonly field: string
  readonly name: string
  readonly size: number
  /** Share of the bytes sent, from 0 to 1. At 1, the server is still checking. */
  readonly share: number
  readonly status: 'waiting' | 'sending' | 'failed'
  readonly message: string
}

export interface UploadDesk {
  readonly items: Readonly<Ref<readonly UploadItem[]>>
  /** Queues files for a field; those that are too heavy are refused at once, with a sentence. */
  readonly add: (field: FieldView, files: readonly File[]) => void
  /** Stops a sending, or dismisses one that failed. */
  readonly cancel: (id: number) => void
  readonly removeFile: (field: string, sha256: string) => Promise<void>
}

export interface Sending {
  readonly field: string
  readonly file: File
  readonly onProgress: (share: number) => void
  readonly signal: AbortSignal
}

/**
 * Sends files one after the other: each one bumps the version of the document, so two at once would refuse each other.
 * @param send sends one file and takes note of the document that comes back
 */
export const useUploads = (
  send: (sending: Sending) => Promise<void>,
  removeFile: UploadDesk['removeFile'],
): UploadDesk => {
  const { t } = i18n.global
  const items = ref<readonly UploadItem[]>([])
  const files = new Map<number, { readonly file: File; readonly abort: AbortController }>()
  let last = 0
  let busy = false

  const patch = (id: number, change: Partial<UploadItem>) => {
    items.value = items.value.map(item => (item.id === id ? { ...item, ...change } : item))
  }
  const drop = (id: number) => {
    files.delete(id)
    items.value = items.value.filter(item => item.id !== id)
  }

  const sendOne = async ({ id, field }: UploadItem): Promise<void> => {
    const entry = files.get(id)
    if (!entry) return drop(id)
    patch(id, { status: 'sending' })
    try {
      const onProgress = (share: number) => patch(id, { share })
      await send({ field, file: entry.file, onProgress, signal: entry.abort.signal })
      drop(id)
    } catch (refusal) {
      if (isAbort(refusal)) return drop(id)
      const message =
        refusal instanceof ApiError ? (refusal.fields[0]?.message ?? refusal.message) : t('app.unexpected')
      patch(id, { status: 'failed', message })
      if (!(refusal instanceof ApiError)) throw refusal
    }
  }

  const drain = async (): Promise<void> => {
    if (busy) return
    busy = true
    try {
      for (;;) {
        const item = items.value.find(each => each.status === 'waiting')
        if (!item) return
        await sendOne(item)
      }
    } finally {
      busy = false
    }
  }

  const refusalOf = (field: FieldView, file: File): string =>
    field.maxBytes !== undefined && file.size > field.maxBytes
      ? t('field.tooHeavy', { name: file.name, size: size(file.size), max: size(field.maxBytes) })
      : ''

  const add: UploadDesk['add'] = (field, added) => {
    // A second try replaces the refusals of the first one.
    items.value = items.value.filter(item => item.field !== field.name || item.status !== 'failed')
    const tooMany = field.kind === 'file' && added.length > 1
    for (const file of added) {
      const id = ++last
      const message = tooMany ? t('field.oneOnly') : refusalOf(field, file)
      const status = message ? 'failed' : 'waiting'
      if (!message) files.set(id, { file, abort: new AbortController() })
      items.value = [
        ...items.value,
        { id, field: field.name, name: file.name, size: file.size, share: 0, status, message },
      ]
      if (tooMany) break
    }
    void drain()
  }

  const cancel = (id: number) => {
    const sending = items.value.find(item => item.id === id)?.status === 'sending'
    files.get(id)?.abort.abort()
    if (!sending) drop(id)
  }

  onScopeDispose(() => files.forEach(({ abort }) => abort.abort()))
  return { items, add, cancel, removeFile }
}
