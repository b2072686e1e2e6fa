import type { Clock } from '../authoring/context.ts'
import type { Db, Transaction } from '../db/knex.ts'
import type { StoredContent } from './file-store.ts'
import type { StoredFiles } from './files.ts'

/** How long a content that nothing refers to stays: whoever has just saved it has this time to use it. */
export const GRACE = 7 * 24 * 3_600_000
const AT_ONCE = 50

/** Columns that may name a content for a while, besides the files of documents. A test looks for columns that are in neither list. */
export const HOLDERS: readonly (readonly [table: string, column: string])[] = [
  ['uploads', 'file'],
  ['batches', 'task'],
  ['batch_items', 'content'],
  ['instance_memory', 'value'],
  ['connector_instances', 'config'],
]

/** Tells the sweep of a content before it takes its name in the store. Waits for a sweep that is removing this very content. */
export const announcer =
  ({ db, clock }: { readonly db: Db; readonly clock: Clock }) =>
  async ({ sha256, size }: StoredContent): Promise<void> => {
    await db('contents')
      .insert({ sha256, size, checkAt: new Date(clock.now().getTime() + GRACE) })
      .onConflict('sha256')
      .merge(['size', 'check_at'])
  }

const ofDocuments = async (db: Db, contents: readonly string[]): Promise<ReadonlySet<string>> => {
  const held = await db('document_files').distinct('sha256').whereIn('sha256', contents)
  return new Set(held.map(({ sha256 }) => sha256 as string))
}

const heldElsewhere = async (db: Db, contents: readonly string[]): Promise<ReadonlySet<string>> => {
  const held = new Set<string>()
  for (const [table, column] of HOLDERS) {
    const found: { readonly rows: readonly { readonly sha256: string }[] } = await db.raw(
      `select distinct m[1] as sha256 from ??, regexp_matches(??::text, '[0-9a-f]{64}', 'g') as m where m[1] = any(?::text[])`,
      [table, `${table}.${column}`, [...contents]],
    )
    for (const { sha256 } of found.rows) held.add(sha256)
  }
  return held
}

interface Looked {
  readonly kept: readonly string[]
  readonly later: readonly string[]
  readonly unused: readonly StoredContent[]
}

const look = async (db: Db, due: readonly StoredContent[]): Promise<Looked> => {
  const all = due.map(({ sha256 }) => sha256)
  const documents = await ofDocuments(db, all)
  const others = all.filter(sha256 => !documents.has(sha256))
  const elsewhere = others.length === 0 ? new Set<string>() : await heldElsewhere(db, others)
  return {
    kept: [...documents],
    later: [...elsewhere],
    unused: due.filter(({ sha256 }) => !documents.has(sha256) && !elsewhere.has(sha256)),
  }
}

const dueAt = (db: Db, now: Date, most: number) =>
  db('contents').where('checkAt', '<=', now).orderBy('checkAt').limit(most).select<Due[]>('sha256', 'size')
interface Due {
  readonly sha256: string
  readonly size: string
}
const contentOf = ({ sha256, size }: Due): StoredContent => ({ sha256, size: Number(size) })

const removeSome = async (trx: Transaction, files: Pick<StoredFiles, 'remove'>, now: Date) => {
  // Held until the commit: whoever brings one of these again waits, then finds nothing and writes it anew.
  const due = (await dueAt(trx, now, AT_ONCE).forUpdate().skipLocked()).map(contentOf)
  const { kept, later, unused } = await look(trx, due)
  await trx('contents').whereIn('sha256', kept).update({ checkAt: null })
  await trx('contents')
    .whereIn('sha256', later)
    .update({ checkAt: new Date(now.getTime() + GRACE) })
  // The bytes first: a line left behind is found again, bytes without a line are not.
  for (const content of unused) await files.remove(content)
  await trx('contents')
    .whereIn(
      'sha256',
      unused.map(({ sha256 }) => sha256),
    )
    .delete()
  return { looked: due.length, removed: unused.length }
}

/**
 * Removes the contents that nothing has referred to for a week: refused and abandoned files, those of deleted documents. Several processes may sweep
 * at once. @param most contents looked at, so that a pass has an end. @returns how many were removed
 */
export const sweepContents = async (
  db: Db,
  files: Pick<StoredFiles, 'remove'>,
  now: Date,
  most = 2_000,
): Promise<number> => {
  let removed = 0
  for (let looked = 0; looked < most;) {
    const pass = await db.transaction(trx => removeSome(trx, files, now))
    if (pass.looked === 0) break
    looked += pass.looked
    removed += pass.removed
  }
  return removed
}

/** What the next sweep would remove. Changes nothing. */
export const unusedContents = async (
  db: Db,
  now: Date,
  most = 2_000,
): Promise<{ readonly count: number; readonly bytes: number }> => {
  const { unused } = await look(db, (await dueAt(db, now, most)).map(contentOf))
  return { count: unused.length, bytes: unused.reduce((sum, { size }) => sum + size, 0) }
}
