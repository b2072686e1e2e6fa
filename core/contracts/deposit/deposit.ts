import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { Memory } from '../../authoring/connectors.ts'
import type { Clock, DocumentContents, Files } from '../../authoring/context.ts'
import { PermanentError, TemporaryError } from '../../authoring/errors.ts'
import { splitName } from '../../files/names.ts'
import { zipOf } from '../../files/zip.ts'
import type { Deposited } from '../ged.ts'
import type { DepositOptions } from './fields.ts'
import { planDeposit, type Plan } from './plan.ts'
import type { Volume, WrittenAs } from '../../volumes/volume.ts'

/** From the name it was written under to the name it is known by. */
interface Move {
  readonly from: string
  readonly to: string
}

/** What the instance remembers of a deposit from the moment all of it is written: only the names remain to be given. */
interface Prepared {
  readonly moves: readonly Move[]
  /** Name of the file → what the remote calls it, else its path. */
  readonly ids: Readonly<Record<string, string>>
}

export interface DepositContext {
  readonly volume: Volume
  readonly options: DepositOptions
  readonly files: Files
  readonly memory: Memory
  readonly clock: Clock
}

/**
 * Deposits a document exactly once per `key`, however often it is called and wherever the previous call died.
 *
 * Everything is written under names that belong to the key (`.passeur-<key>…`), then the final names are recorded in the memory of the
 * instance, then given by `rename`. A working name that is still there has not been renamed; one that is gone has been, by us, since nobody
 * else touches it — even when the consumer has already taken the result away, which no look at the final name could tell. Hence the
 * record is ours and not a marker at the remote: nothing is left there, neither for consumers to trip over nor for anybody to clean.
 */
export const deposit = async (contents: DocumentContents, key: string, context: DepositContext): Promise<Deposited> => {
  const { work, record } = namesOf(key)
  const known = await context.memory.get<Prepared>(record)
  const prepared = known ?? (await prepare(contents, work, context))
  if (!known) await context.memory.set(record, prepared)
  const done = await giveNames(prepared, record, work, context)
  return { ids: done.ids, location: context.volume.location(done.moves.length === 1 ? (done.moves[0]?.to ?? '') : '') }
}

const namesOf = (key: string): { readonly work: string; readonly record: string } => {
  const work = createHash('sha256').update(key).digest('hex').slice(0, 16)
  return { work, record: `depot:${work}` }
}

/** Whether the deposit of this key was published whole, by a call that may have died before it said so. */
export const wasDeposited = async (
  key: string,
  { volume, memory }: Pick<DepositContext, 'volume' | 'memory'>,
): Promise<boolean> => {
  const prepared = await memory.get<Prepared>(namesOf(key).record)
  if (!prepared) return false
  for (const { from } of prepared.moves) if (await volume.stat(from)) return false
  return true
}

const prepare = async (contents: DocumentContents, work: string, context: DepositContext): Promise<Prepared> => {
  const { options, volume, files } = context
  const plan = planDeposit(contents, options, files)
  const moves = await chooseNames(movesOf(plan, work, options), work, context)
  const [first] = moves
  if (options.typeDepot === 'dossier' && first) {
    // Left by an attempt that died: written again from the start, since a half file looks like any other.
    await volume.remove(first.from)
    await volume.makeFolder(first.from)
    const ids: Record<string, string> = {}
    for (const entry of plan.entries)
      ids[entry.name] =
        (await write(`${first.from}/${entry.name}`, entry.open(), entry, volume)) ?? `${first.to}/${entry.name}`
    return { moves, ids }
  }
  if (options.typeDepot === 'zip' && first) {
    const zip = { name: first.to, type: 'application/zip', size: undefined }
    const id = await write(first.from, zipOf(plan.entries, contents.createdAt), zip, volume)
    return { moves, ids: { [first.to]: id ?? first.to } }
  }
  const ids: Record<string, string> = {}
  for (const [index, entry] of plan.entries.entries()) {
    const move = moves[index]
    if (!move) continue
    ids[entry.name] = (await write(move.from, entry.open(), { ...entry, name: move.to }, volume)) ?? move.to
  }
  return { moves, ids }
}

const movesOf = (plan: Plan, work: string, { typeDepot, suffixe }: DepositOptions): readonly Move[] => {
  if (typeDepot === 'dossier') return [{ from: `.passeur-${work}${suffixe}`, to: plan.title }]
  if (typeDepot === 'zip') return [{ from: `.passeur-${work}${suffixe}`, to: `${plan.title}.zip` }]
  return plan.entries.map(({ name }, index) => ({ from: `.passeur-${work}-${index}${suffixe}`, to: name }))
}

/** Finds a name already taken before anything is written. */
const chooseNames = async (moves: readonly Move[], work: string, context: DepositContext): Promise<readonly Move[]> => {
  const chosen: Move[] = []
  for (const move of moves) {
    if (!(await context.volume.stat(move.to))) chosen.push(move)
    else if (context.options.existeDeja === 'renommer') chosen.push({ ...move, to: otherName(move.to, work, context) })
    else throw taken(move.to, context)
  }
  return chosen
}

/** `Arrêté 12_20260728-101500_3f2a9c01.zip`: the date for people, the key so that two documents never meet. */
const otherName = (name: string, work: string, { clock, options }: DepositContext): string => {
  const { base, extension } = options.typeDepot === 'dossier' ? { base: name, extension: '' } : splitName(name)
  const stamp = clock
    .now()
    .toISOString()
    .replace(/[-:]|\..*$/gu, '')
    .replace('T', '-')
  return `${base}_${stamp}_${work.slice(0, 8)}${extension}`
}

const taken = (name: string, { volume }: DepositContext): PermanentError =>
  new PermanentError(
    `« ${volume.location(name)} » existe déjà et n'a pas été déposé par ce dossier : déplacez-le ou renommez ce dossier, puis relancez. ` +
      `Le réglage « Si le nom existe déjà » peut aussi renommer d'office.`,
  )

const giveNames = async (
  prepared: Prepared,
  record: string,
  work: string,
  context: DepositContext,
): Promise<Prepared> => {
  const { volume, memory, options } = context
  let current = prepared
  for (const [index, planned] of prepared.moves.entries()) {
    // Gone: renamed by the call whose answer was lost.
    if (!(await volume.stat(planned.from))) continue
    if ((await volume.rename(planned.from, planned.to)) === 'renamed') continue
    // The name was free when chosen: somebody took it since.
    if (options.existeDeja === 'erreur') {
      if (index === 0) await forget(current, record, context)
      throw taken(planned.to, context)
    }
    const to = otherName(planned.to, work, context)
    current = renamed(current, planned.to, to)
    await memory.set(record, current)
    if ((await volume.rename(planned.from, to)) === 'exists') throw taken(to, context)
  }
  return current
}

const renamed = ({ moves, ids }: Prepared, before: string, after: string): Prepared => ({
  moves: moves.map(move => (move.to === before ? { ...move, to: after } : move)),
  ids: Object.fromEntries(
    Object.entries(ids).map(([name, path]) => [
      name,
      path === before || path.startsWith(`${before}/`) ? after + path.slice(before.length) : path,
    ]),
  ),
})

/** Nothing was published: the next call starts afresh. The record goes first, so that a missing working file never reads as « done ». */
const forget = async ({ moves }: Prepared, record: string, { volume, memory }: DepositContext): Promise<void> => {
  await memory.set(record, undefined)
  for (const { from } of moves) await volume.remove(from)
}

/**
 * Writes a file and measures what arrived.
 * @returns what the remote calls the file, when it has a name of its own for it
 */
export const write = async (
  path: string,
  content: Readable,
  { size, name, type }: WrittenAs & { readonly size: number | undefined },
  volume: Volume,
): Promise<string | undefined> => {
  let sent = 0
  // A zip opens its files at once, long before some volumes read it: its error is kept by the stream, and thrown by that reading.
  content.on('error', () => undefined)
  // Counted as it is read, since the size of a zip is only known at its end. An error of the store must reach the driver.
  const counted = Readable.from(
    (async function* () {
      for await (const chunk of content as AsyncIterable<Buffer>) {
        sent += chunk.length
        yield chunk
      }
    })(),
    { objectMode: false },
  )
  try {
    await volume.write(path, counted, size, { name, type })
  } finally {
    counted.destroy()
    content.destroy()
  }
  const found = await volume.stat(path)
  if (found?.size !== sent || (size !== undefined && size !== sent))
    throw new TemporaryError(
      `Le fichier déposé « ${volume.location(path)} » compte ${found?.size ?? 0} octets au lieu de ${size ?? sent} : le dépôt sera repris.`,
    )
  return found.id
}
