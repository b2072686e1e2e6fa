import { createHash } from 'node:crypto'
import type { Memory } from '../../authoring/connectors.ts'
import type { Volume, VolumeEntry } from '../../volumes/volume.ts'

/** What becomes one document: an archive, a folder, or files brought together by their names. */
export interface Item {
  /** The first names it. */
  readonly entries: readonly VolumeEntry[]
}

/** Folders where an item waits while it is being imported. They survive a crash, and their names say what to resume. */
export const WORK = '.passeur-releve-'

const UNFINISHED = /\.(?:part|tmp|filepart|partial)$/iu

/** Names of transfers under way and hidden names are nobody's deposits. */
const isReady = ({ name }: VolumeEntry): boolean => !name.startsWith('.') && !UNFINISHED.test(name)

const time = ({ modifiedAt }: VolumeEntry): number => modifiedAt?.getTime() ?? 0

/** Oldest first, then by name. */
const inOrder = (entries: readonly VolumeEntry[]): readonly VolumeEntry[] =>
  entries.toSorted((a, b) => time(a) - time(b) || (a.name < b.name ? -1 : 1))

/** What waits in the folder, oldest first, and the working folders of runs that were interrupted. */
export const waitingIn = async (
  volume: Volume,
  folder: string,
): Promise<{ readonly waiting: readonly VolumeEntry[]; readonly interrupted: readonly string[] }> => {
  const entries = await volume.list(folder)
  return {
    waiting: inOrder(entries.filter(isReady)),
    interrupted: entries.flatMap(({ name, kind }) => (kind === 'folder' && name.startsWith(WORK) ? [name] : [])),
  }
}

/** Size and date of every file below an entry: what changes when something is still arriving. */
const traceOf = async (volume: Volume, path: string, entry: VolumeEntry, left = 2_000): Promise<string> => {
  if (entry.kind === 'file') return `${entry.name}|${entry.size}|${time(entry)}`
  const below = inOrder(await volume.list(path)).slice(0, left)
  const traces: string[] = []
  for (const each of below) traces.push(await traceOf(volume, `${path}/${each.name}`, each, left))
  return `${entry.name}{${traces.join(',')}}`
}

/** Beyond, what is further back in the queue is looked at when its turn comes nearer. */
const MOST_WATCHED = 2_000

const SEEN = 'glaneur:vus'

/**
 * Compares each entry with what the run before saw of it, and remembers what this one sees.
 * @returns whether an entry has not changed since
 */
export const stability = async (
  volume: Volume,
  folder: string,
  waiting: readonly VolumeEntry[],
  memory: Memory,
): Promise<(entry: VolumeEntry) => boolean> => {
  const before = (await memory.get<Readonly<Record<string, string>>>(SEEN)) ?? {}
  const now: Record<string, string> = {}
  for (const entry of waiting.slice(0, MOST_WATCHED)) {
    const trace = await traceOf(volume, `${folder}/${entry.name}`, entry)
    now[entry.name] = createHash('sha256').update(trace).digest('base64').slice(0, 16)
  }
  await memory.set(SEEN, now)
  return ({ name }) => now[name] !== undefined && before[name] === now[name]
}
