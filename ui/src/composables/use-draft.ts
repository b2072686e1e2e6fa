import { computed, ref, shallowRef } from 'vue'
import { api } from '../api/client.ts'
import { contacts } from '../api/contacts.ts'
import { ApiError } from '../api/errors.ts'
import { LARGE, stage as stageFile, type StagedFile, type Staging } from '../api/stage.ts'
import { upload } from '../api/upload.ts'
import { checkAll } from '../forms/check.ts'
import { holds } from '../forms/conditions.ts'
import { isAsked, isConcerned } from '../forms/pages.ts'
import { labelIn } from '../forms/rows.ts'
import { asText, isEmpty, same } from '../forms/values.ts'
import type { DocumentView, PageView, Problem, Values } from '../api/types.ts'
import { oneAtATime } from './one-at-a-time.ts'
import { useUploads } from './use-uploads.ts'

/** Pages that the values call for, in order. */
export const pagesShown = (pages: readonly PageView[], values: Values): readonly PageView[] =>
  pages.filter(page => page.when === null || holds(page.when, values))

/** `uploading`: files are still on their way, a form that is not whole cannot be sent. */
export type SaveResult = 'saved' | 'refused' | 'stale' | 'uploading'

/**
 * A document being filled in: what the server holds, what was typed since, and what is wrong with it.
 * Files go to the server at once and are never part of what was typed.
 */
export const useDraft = (entityId: string, documentId: string) => {
  const base = shallowRef<DocumentView>()
  const edits = ref<Values>({})
  const problems = ref<readonly Problem[]>([])
  const failure = ref<ApiError>()
  const saving = ref(false)
  // Each change names the version it saw: two at once would refuse each other.
  const inTurn = oneAtATime()
  /** Highest version heard of: beyond the one on screen, someone else moved the document. */
  const heard = ref(0)

  const saved = computed<Values>(() => base.value?.values ?? {})
  const values = computed<Values>(() => ({ ...saved.value, ...edits.value }))
  const pages = computed(() => pagesShown(base.value?.pages ?? [], values.value))
  const dirty = computed(() => Object.keys(edits.value).length > 0)
  const stale = computed(
    () =>
      failure.value?.code === 'document_deja_modifie' ||
      (!saving.value && !!base.value && heard.value > base.value.version),
  )
  const errors = computed<Readonly<Record<string, string>>>(() =>
    Object.fromEntries(problems.value.map(({ field, message }) => [field, message])),
  )

  /** `null` asks to erase a secret, of which only its presence is known. */
  const isErased = (name: string, value: unknown, document: DocumentView | undefined): boolean =>
    value === null && (document?.secretsSet.includes(name) ?? false)

  const receive = (document: DocumentView) => {
    base.value = document
    heard.value = Math.max(heard.value, document.version)
    // What was typed meanwhile stays, except what now says the same as the server.
    edits.value = Object.fromEntries(
      Object.entries(edits.value).filter(
        ([name, value]) => isErased(name, value, document) || !same(value, document.values[name]),
      ),
    )
  }

  const load = async (): Promise<void> => {
    receive(await api.documents.get(entityId, documentId))
    edits.value = {}
    problems.value = []
    failure.value = undefined
  }

  /**
   * Takes in the version of whoever was faster, and keeps what was typed in the fields that are still open.
   * @returns the labels of the fields that both changed
   */
  const catchUp = (): Promise<readonly string[]> =>
    inTurn(async () => {
      const seen = saved.value
      const fresh = await api.documents.get(entityId, documentId)
      const open = new Set(
        fresh.pages.flatMap(page => page.fields.filter(field => field.editable).map(({ name }) => name)),
      )
      edits.value = Object.fromEntries(Object.entries(edits.value).filter(([name]) => open.has(name)))
      receive(fresh)
      problems.value = []
      failure.value = undefined
      return Object.keys(edits.value)
        .filter(name => !same(seen[name], fresh.values[name]))
        .map(labelOf)
    })

  const set = (name: string, value: unknown) => {
    const { [name]: _, ...others } = edits.value
    const unchanged = same(value, saved.value[name]) && !isErased(name, value, base.value)
    edits.value = unchanged ? others : { ...others, [name]: value }
    problems.value = problems.value.filter(({ field }) => field !== name && !field.startsWith(`${name}.`))
  }

  /** Runs one call that changes the document, after those already asked for, and takes in the document that comes back. */
  const change = (ask: (document: DocumentView) => Promise<DocumentView>): Promise<void> =>
    inTurn(async () => {
      if (!base.value) throw new Error('A document is changed after it is loaded.')
      saving.value = true
      try {
        receive(await ask(base.value))
      } finally {
        saving.value = false
      }
    })

  /** The same, for what the agent asked of the whole form: a refusal becomes messages at the fields or above the form. */
  const attempt = async (ask: (document: DocumentView) => Promise<DocumentView>): Promise<SaveResult> => {
    failure.value = undefined
    try {
      await change(ask)
      return 'saved'
    } catch (refusal) {
      return refusedBy(refusal)
    }
  }

  const refusedBy = (refusal: unknown): SaveResult => {
    if (!(refusal instanceof ApiError)) throw refusal
    problems.value = refusal.fields
    if (refusal.fields.length === 0) failure.value = refusal
    return refusal.code === 'document_deja_modifie' ? 'stale' : 'refused'
  }

  const changes = (): Values =>
    Object.fromEntries(Object.entries(edits.value).map(([name, value]) => [name, isEmpty(value) ? null : value]))

  /** A secret that is set is not missing, even though its control is empty. */
  const checked = (wanted: Parameters<typeof checkAll>[2]): readonly Problem[] =>
    checkAll(pages.value, values.value, wanted, new Date()).filter(
      ({ field }) => field in edits.value || !base.value?.secretsSet.includes(field),
    )

  const save = async (): Promise<SaveResult> => {
    problems.value = checked('valid')
    if (problems.value.length > 0) return 'refused'
    if (!dirty.value) return 'saved'
    const sent = edits.value
    const result = await attempt(document => api.documents.save(entityId, documentId, document.version, changes()))
    // A file sent for a row is said otherwise once the document holds it: what was saved is no longer an edition.
    if (result === 'saved')
      edits.value = Object.fromEntries(Object.entries(edits.value).filter(([name, value]) => !same(value, sent[name])))
    return result
  }

  /** Lists of recipients that name nobody today: a group emptied or renamed since it was written. */
  const unknownRecipients = async (): Promise<readonly Problem[]> => {
    const lists = pages.value
      .flatMap(page => page.fields)
      .filter(
        field =>
          field.kind === 'mailList' &&
          isAsked(field) &&
          isConcerned(field, values.value) &&
          !isEmpty(values.value[field.name]),
      )
    const found = await Promise.all(
      lists.map(async ({ name }): Promise<readonly Problem[]> => {
        const { entries } = await contacts.read(entityId, asText(values.value[name]))
        const fault = entries.find(entry => entry.fault !== null)?.fault
        return fault ? [{ field: name, message: fault }] : []
      }),
    )
    return found.flat()
  }

  /** Saves, then sends: what the server still finds wrong is shown at the fields, and nothing leaves. */
  const send = async (): Promise<SaveResult> => {
    if (uploading.value) return 'uploading'
    problems.value = checked('complete')
    if (problems.value.length > 0) return 'refused'
    const result = await save()
    if (result !== 'saved') return result
    problems.value = base.value?.problems ?? []
    if (problems.value.length > 0) return 'refused'
    try {
      problems.value = await unknownRecipients()
    } catch (refusal) {
      return refusedBy(refusal)
    }
    if (problems.value.length > 0) return 'refused'
    return attempt(document => api.documents.perform(entityId, documentId, 'envoyer', document.version))
  }

  const uploads = useUploads(
    async ({ field, file, onProgress, signal }) => {
      if (file.size <= LARGE)
        await change(({ version }) => upload({ entityId, documentId, version, field, file, onProgress, signal }))
      else {
        // The document is only changed once the file is whole: meanwhile it may be saved as often as one likes.
        const staged = await stageFile(entityId, { file, onProgress, signal })
        await change(document => {
          const several = document.pages.some(page =>
            page.fields.some(({ name, kind }) => name === field && kind === 'files'),
          )
          const held = document.values[field]
          const value = several ? [...(Array.isArray(held) ? (held as readonly unknown[]) : []), staged] : staged
          return api.documents.save(entityId, documentId, document.version, { [field]: value })
        })
      }
      problems.value = problems.value.filter(problem => problem.field !== field)
    },
    async (field, sha256) => {
      await attempt(({ version }) => api.documents.removeFile(entityId, documentId, field, sha256, version))
    },
  )

  const staging = ref(0)
  const stage = async (file: Staging): Promise<StagedFile> => {
    staging.value += 1
    try {
      return await stageFile(entityId, file)
    } finally {
      staging.value -= 1
    }
  }

  const uploading = computed(() => staging.value > 0 || uploads.items.value.some(({ status }) => status !== 'failed'))
  const labelOf = (name: string): string => labelIn(base.value?.pages.flatMap(page => page.fields) ?? [], name)
  const hear = (version: number) => (heard.value = Math.max(heard.value, version))
  return {
    base,
    saved,
    values,
    pages,
    dirty,
    stale,
    saving,
    uploading,
    problems,
    errors,
    failure,
    uploads,
    stage,
    labelOf,
    load,
    catchUp,
    set,
    save,
    send,
    hear,
  }
}

export type Draft = ReturnType<typeof useDraft>
