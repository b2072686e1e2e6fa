import type * as made from '../../../core/client/api.ts'
import { toApiError, unreachable } from './errors.ts'
import { address, apiState, call, signedOut } from './http.ts'

/** What Pastell exports, and the hub brings over. */
export type Imported = 'entity' | 'studio' | 'definition'

/** What became of one thing of the file, or would. */
export interface ImportLine {
  readonly is: FlowRemark['is'] | EntityLine['is'] | 'faute'
  readonly message: string
  /** Where it stands in the file. */
  readonly at?: string
}
export interface ImportReport {
  readonly lines: readonly ImportLine[]
  /** The flow that is in the studio since. */
  readonly flow?: { readonly id: string; readonly label: string }
}

type FlowAnswer = made.Answers['POST /studio/import-pastell']
type FlowRemark = FlowAnswer['remarks'][number]
type EntityAnswer = made.Answers['POST /entites/{entityId}/import-pastell']
type EntityLine = EntityAnswer['lines'][number]

/** A file to bring over, and how far: `try` says what would come, and writes nothing. */
export interface Bringing {
  readonly file: File
  readonly id: string
  readonly password: string
  /** How the key comes from the password, `argon2id:3:256`; empty: the usual ways. */
  readonly derivation: string
  readonly how: 'try' | 'import'
}

const flow = async (
  operation: 'POST /studio/import-pastell' | 'POST /studio/import-pastell-definition',
  { file, id, how }: Bringing,
): Promise<ImportReport> => {
  const answer = await call(operation, {
    body: {
      text: await file.text(),
      ...(id === '' ? {} : { id }),
      mode: how === 'try' ? 'essai' : 'brouillon',
    },
  })
  const faults = answer.faults.map((fault): ImportLine => ({ is: 'faute', ...fault }))
  return { lines: [...faults, ...answer.remarks], flow: { id: answer.id, label: answer.label } }
}

const entity = async (entityId: string, { file, password, derivation, how }: Bringing): Promise<ImportReport> => {
  const form = new FormData()
  if (password !== '') form.set('motDePasse', password)
  if (derivation !== '') form.set('derivation', derivation)
  form.set('appliquer', how === 'import' ? 'oui' : 'non')
  // Last: what it is opened with is read before it.
  form.set('fichier', file)
  const answer = await fetch(address('POST /entites/{entityId}/import-pastell', { path: { entityId }, body: {} }), {
    method: 'POST',
    headers: { accept: 'application/json', 'x-csrf-token': apiState.csrf },
    body: form,
  }).catch((error: unknown) => {
    throw unreachable(error)
  })
  if (!answer.ok) throw signedOut(toApiError(answer.status, await answer.text()))
  return (await answer.json()) as EntityAnswer
}

/** Brings a file over from Pastell. @throws ApiError */
export const bring = (kind: Imported, entityId: string, bringing: Bringing): Promise<ImportReport> => {
  if (kind === 'entity') return entity(entityId, bringing)
  const operation = kind === 'studio' ? 'POST /studio/import-pastell' : 'POST /studio/import-pastell-definition'
  return flow(operation, bringing)
}
