import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { Memory } from '../../authoring/connectors.ts'
import { splitName } from '../../files/names.ts'
import type { Volume, VolumeEntry } from '../../volumes/volume.ts'
import type { GleanerOptions } from './fields.ts'
import { WORK, type Item } from './items.ts'

/** What the instance remembers of an item from before it touches it until it is put away. */
export interface Claim {
  /** Name of the working folder. */
  readonly work: string
  readonly entries: readonly (Omit<VolumeEntry, 'modifiedAt'> & { readonly modifiedAt?: string })[]
  /** Known once the document is committed, or once the item is refused. */
  readonly fate?: Fate
}

export type Fate = { readonly is: 'created' | 'known' } | { readonly is: 'refused'; readonly reason: string }

export interface ClaimContext {
  readonly volume: Volume
  readonly memory: Memory
  readonly options: GleanerOptions
}

const recordOf = (work: string): string => `glaneur:${work}`

/** The same item always gives the same claim: two processes that meet on it do the same thing, and the inbox makes one document. */
export const claimOf = ({ entries }: Item): Claim => {
  const kept = entries.map(({ name, kind, size, modifiedAt }) => ({
    name,
    kind,
    size,
    ...(modifiedAt ? { modifiedAt: modifiedAt.toISOString() } : {}),
  }))
  const work = `${WORK}${createHash('sha256').update(JSON.stringify(kept)).digest('hex').slice(0, 16)}`
  return { work, entries: kept }
}

export const entriesOf = ({ entries }: Claim): readonly VolumeEntry[] =>
  entries.map(({ modifiedAt, ...entry }) => ({ ...entry, modifiedAt: modifiedAt ? new Date(modifiedAt) : undefined }))

/** Where the item was found and what it was: with its content, what the inbox knows it by (depot-files.md §B.3). */
export const identityOf = ({ entries }: Claim, digest: string, { repertoire }: GleanerOptions): string =>
  createHash('sha256')
    .update(JSON.stringify([repertoire, entries, digest]))
    .digest('hex')

export const known = (work: string, memory: Memory): Promise<Claim | undefined> => memory.get<Claim>(recordOf(work))
export const remember = (claim: Claim, memory: Memory): Promise<void> => memory.set(recordOf(claim.work), claim)

/**
 * Moves the item where nobody else touches it. Done again after a crash, it completes what was begun.
 * @returns `taken`; `growing` when it changed meanwhile, and is given back; `gone` when somebody else took it
 */
export const take = async (claim: Claim, context: ClaimContext): Promise<'taken' | 'growing' | 'gone'> => {
  const { volume, memory } = context
  const { repertoire } = context.options
  const work = `${repertoire}/${claim.work}`
  await remember(claim, memory)
  await volume.makeFolder(work)
  let found = 0
  for (const { name, kind, size } of claim.entries) {
    const [from, to] = [`${repertoire}/${name}`, `${work}/${name}`]
    // Asked even when something is there: where a renaming is a copy (S3), it may have been cut in the middle, and only asking again ends it.
    // Elsewhere it has no effect, and a deposit of the same name that came since waits for its own turn.
    if (!claim.fate && (await volume.stat(from))) await volume.rename(from, to)
    const now = await volume.stat(to)
    if (!now) continue
    found += 1
    if (kind === 'file' && now.size !== size && !claim.fate) {
      await giveBack(claim, context)
      return 'growing'
    }
  }
  if (found === claim.entries.length || claim.fate) return 'taken'
  await giveBack(claim, context)
  return 'gone'
}

/** Puts everything back where it was found, except what somebody has replaced there meanwhile. */
const giveBack = async (claim: Claim, context: ClaimContext): Promise<void> => {
  const { volume, options } = context
  for (const { name } of claim.entries) {
    const from = `${options.repertoire}/${claim.work}/${name}`
    if (!(await volume.stat(from))) continue
    if ((await volume.rename(from, `${options.repertoire}/${name}`)) === 'exists')
      await move(from, options.repertoire, name, context)
  }
  await close(claim, context)
}

const MOST_HOMONYMS = 1_000

/** Gives a name in a folder, with `-0`, `-1`… before its extension when it is taken; `before` is called with each name tried. */
const move = async (
  from: string,
  folder: string,
  name: string,
  { volume }: Pick<ClaimContext, 'volume'>,
  before: (path: string) => Promise<void> = async () => undefined,
): Promise<void> => {
  const { base, extension } = splitName(name)
  for (let n = -1; n < MOST_HOMONYMS; n++) {
    const path = `${folder}/${n < 0 ? name : `${base}-${n}${extension}`}`
    // What is there may be half of ours, where a renaming is a copy: `rename` knows.
    if (!(await volume.stat(path))) await before(path)
    if ((await volume.rename(from, path)) === 'renamed') return
  }
  throw new Error(`too many items named ${name} in ${folder}`)
}

/** The word that explains a refusal, for whoever made the deposit. */
const note = (claim: Claim, reason: string): Buffer =>
  Buffer.from(
    `${claim.entries.map(({ name }) => name).join(', ')}\r\n\r\nPasseur n'a pas pu importer ce dépôt :\r\n${reason}\r\n\r\nUne fois corrigé, remettez-le dans le répertoire à relever.\r\n`,
  )

/** Moves an item whose fate is known to the folder of that fate, with the reason beside it when it is refused. */
export const putAway = async (claim: Claim & { readonly fate: Fate }, context: ClaimContext): Promise<void> => {
  const { volume, options } = context
  const { fate } = claim
  const folder = fate.is === 'refused' ? options.repertoireErreurs : options.repertoireTraites
  for (const [rank, { name }] of claim.entries.entries()) {
    const from = `${options.repertoire}/${claim.work}/${name}`
    if (!(await volume.stat(from))) continue
    if (!folder) await volume.remove(from)
    else
      await move(from, folder, name, context, async path => {
        if (fate.is !== 'refused' || rank > 0) return
        const text = note(claim, fate.reason)
        await volume.write(`${path}.erreur.txt`, Readable.from(text, { objectMode: false }), text.length)
      })
  }
  await close(claim, context)
}

/**
 * Nothing of ours is left. The record goes first: a working folder without one holds nothing. A folder that is not empty is never removed:
 * what it holds would be lost.
 */
const close = async (claim: Claim, { volume, memory, options }: ClaimContext): Promise<void> => {
  const work = `${options.repertoire}/${claim.work}`
  await memory.set(recordOf(claim.work), undefined)
  if ((await volume.stat(work)) && (await volume.list(work)).length === 0) await volume.remove(work)
}
