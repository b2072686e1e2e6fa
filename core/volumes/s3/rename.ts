import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { TemporaryError } from '../../authoring/errors.ts'
import { goneSince } from '../volume.ts'
import type { Head, S3Objects } from './objects.ts'

/** Order in which the files of a folder were written, so that an end flag is published after the others. */
export const RANK = 'passeur-rang'
const ORIGIN = 'passeur-origine'
/** Written among the sources once all are published: from then on, only the sources remain to be removed. */
const PUBLISHED = '.passeur-publie'

/** What a copy is a copy of: this object, with this content. */
const originOf = ({ key, etag }: Head): string => createHash('sha256').update(`${key}\n${etag}`).digest('hex')

const published = (source: Head): Head['metadata'] => {
  const { [RANK]: _rank, ...kept } = source.metadata
  return { ...kept, [ORIGIN]: originOf(source) }
}

type Outcome = 'renamed' | 'exists'

/**
 * S3 has no renaming: an object is copied under its new name, then removed. A copy remembers what it was made from, so that a call that
 * died between the two is recognised and ended, and never taken for somebody else's object.
 */
export const renameObject = async (objects: S3Objects, source: Head, to: string): Promise<Outcome> => {
  if ((await objects.list(`${to}/`, { most: 1 })).objects.length > 0) return 'exists'
  if ((await publish(objects, source, to)) === 'exists') return 'exists'
  await objects.remove(source.key)
  return 'renamed'
}

/** `known`: our own copy was there already. */
const publish = async (objects: S3Objects, source: Head, to: string): Promise<'copied' | 'known' | 'exists'> => {
  const ours = async () => (await objects.head(to))?.metadata[ORIGIN] === originOf(source)
  const before = await objects.head(to)
  if (before) return before.metadata[ORIGIN] === originOf(source) ? 'known' : 'exists'
  if ((await objects.copy(source, to, published(source))) === 'copied') return 'copied'
  return (await ours()) ? 'known' : 'exists'
}

/** The same, in place of what bears that name: a copy shows itself whole or not at all. */
export const replaceObject = async (objects: S3Objects, source: Head, to: string): Promise<void> => {
  await objects.copyOver(source, to, published(source))
  await objects.remove(source.key)
}

const rankOf = ({ metadata }: Head): number => Number(metadata[RANK] ?? 0)

/**
 * The same for a folder, object by object, in the order they were written. It is not atomic: whoever looks meanwhile sees a part of it.
 * @param from,to prefixes, with their last slash
 */
export const renameFolder = async (objects: S3Objects, from: string, to: string): Promise<Outcome> => {
  const keys = (await objects.list(from)).objects.map(({ key }) => key)
  if (keys.length === 0) throw new TemporaryError(goneSince(objects.named(from)))
  const marker = `${from}${PUBLISHED}`
  if (!keys.includes(marker)) {
    const heads = await Promise.all(keys.map(key => objects.head(key)))
    const sources = heads.filter(head => head !== undefined).sort((a, b) => rankOf(a) - rankOf(b))
    if ((await publishAll(objects, sources, from, to)) === 'exists') return 'exists'
    await objects.put(marker, Readable.from([Buffer.alloc(1)], { objectMode: false }), 1, {})
  }
  for (const key of keys) if (key !== marker) await objects.remove(key)
  await objects.remove(marker)
  return 'renamed'
}

const publishAll = async (
  objects: S3Objects,
  sources: readonly Head[],
  from: string,
  to: string,
): Promise<'published' | 'exists'> => {
  const targets = sources.map(source => ({ source, key: to + source.key.slice(from.length) }))
  const expected = new Set(targets.map(({ key }) => key))
  const there = (await objects.list(to)).objects
  const alone = await objects.head(to.slice(0, -1))
  if (alone || there.some(({ key }) => !expected.has(key))) return 'exists'
  const copied: string[] = []
  for (const { source, key } of targets) {
    const outcome = await publish(objects, source, key)
    if (outcome === 'copied') copied.push(key)
    if (outcome !== 'exists') continue
    // Somebody else's: what this call has just published is taken back.
    for (const mine of copied) await objects.remove(mine)
    return 'exists'
  }
  return 'published'
}
