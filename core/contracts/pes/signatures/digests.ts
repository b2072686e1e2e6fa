import { createHash } from 'node:crypto'
import { digestOf } from './algorithms.ts'
import { canonicalWriter, type CanonicalMethod, type CanonicalWriter } from './canonical.ts'
import type { DeclaredReference } from './declared.ts'
import { idOf, walkXml, type Place } from './walk.ts'

/** A digest wanted, for the reference `reference` of the signature `signature` (both from 0). */
export interface Wanted {
  readonly signature: number
  readonly reference: DeclaredReference
}

export interface Digests {
  /** In base64, for each of those wanted; `undefined` when its target is nowhere, or in several places. */
  readonly digests: readonly (string | undefined)[]
  /** Canonical `SignedInfo` by signature: what its value signs. */
  readonly signedInfos: readonly (Buffer | undefined)[]
}

/** Elements signed one inside another: a root, a bordereau, the properties of its signature. Beyond, it is an attack. */
const MOST_AT_ONCE = 8
const LONGEST_SIGNED_INFO = 1_000_000

interface Active {
  readonly writer: CanonicalWriter
  readonly depth: number
  /** Rank, from 1, of the signature left out; 0 for none. */
  readonly without: number
  done(): void
}

/**
 * Reads a document again, to take the digests that its signatures declare. Memory does not depend on its size, save for the supporting
 * pieces that a signature covers.
 * @param methods form of the `SignedInfo` of each signature; `undefined` for those that are not verified
 * @throws UnreadableXml as `streamXml`; what `source` throws
 */
export const takeDigests = async (
  source: AsyncIterable<unknown>,
  wanted: readonly Wanted[],
  methods: readonly (CanonicalMethod | undefined)[],
): Promise<Digests> => {
  const found: { times: number; digest: string | undefined }[] = wanted.map(() => ({ times: 0, digest: undefined }))
  const signedInfos: (Buffer | undefined)[] = methods.map(() => undefined)
  const byTarget = new Map<string, number[]>()
  for (const [rank, { reference }] of wanted.entries())
    byTarget.set(reference.target, [...(byTarget.get(reference.target) ?? []), rank])
  const active: Active[] = []
  /** Instructions before the root, which belong to a document signed as a whole. */
  const prolog: (readonly [target: string, body: string])[] = []

  const begin = (
    method: CanonicalMethod,
    place: Place,
    without: number,
    take: (text: string) => void,
    done: () => void,
  ) => {
    const writer = canonicalWriter(method, take)
    active.push({ writer, depth: place.depth, without, done: () => (writer.end(), done()) })
  }
  const beginReference = (rank: number, place: Place) => {
    const result = found[rank]
    const one = wanted[rank]
    const algorithm = one && digestOf(one.reference.digestAlgorithm)
    if (!result || !one || algorithm === undefined) return
    result.times += 1
    if (result.times > 1 || active.length >= MOST_AT_ONCE) return
    const hash = createHash(algorithm)
    begin(
      one.reference.method,
      place,
      one.reference.enveloped ? one.signature + 1 : 0,
      text => void hash.update(text, 'utf8'),
      () => (result.digest = hash.digest('base64')),
    )
    if (one.reference.target !== '') return
    for (const [target, body] of prolog) {
      active.at(-1)?.writer.instruction(target, body)
      active.at(-1)?.writer.lineFeed()
    }
  }
  const beginSignedInfo = (place: Place) => {
    const rank = place.signature - 1
    const method = methods[rank]
    if (!method || signedInfos[rank] || active.length > MOST_AT_ONCE) return
    const pieces: Buffer[] = []
    let length = 0
    begin(
      method,
      place,
      0,
      text => {
        length += text.length
        if (length <= LONGEST_SIGNED_INFO) pieces.push(Buffer.from(text, 'utf8'))
      },
      () => (signedInfos[rank] = Buffer.concat(pieces)),
    )
  }
  const each = (place: { readonly signature: number } | undefined, tell: (writer: CanonicalWriter) => void) => {
    for (const { writer, without } of active) if (without === 0 || place?.signature !== without) tell(writer)
  }

  let signatureDepth = 0
  let here: Place | undefined
  const open: Place[] = []
  await walkXml(source, {
    open(place) {
      open.push(place)
      here = place
      if (place.depth === 1) for (const rank of byTarget.get('') ?? []) beginReference(rank, place)
      const id = idOf(place.tag)
      if (id) for (const rank of byTarget.get(id) ?? []) beginReference(rank, place)
      if (place.signature > 0 && place.tag.local === 'Signature' && open.at(-2)?.signature === 0)
        signatureDepth = place.depth
      if (place.signature > 0 && place.tag.local === 'SignedInfo' && place.depth === signatureDepth + 1)
        beginSignedInfo(place)
      each(place, writer => writer.open(place.tag, place.scope, place.inherited))
    },
    close(place) {
      each(place, writer => writer.close(place.tag.name))
      open.pop()
      here = open.at(-1)
      for (let last = active.at(-1); last && last.depth === place.depth; last = active.at(-1)) {
        active.pop()
        last.done()
      }
    },
    text: (text, place) => each(place, writer => writer.text(text)),
    comment: text => each(here, writer => writer.comment(text)),
    instruction(target, body) {
      if (here) each(here, writer => writer.instruction(target, body))
      else if (prolog.length < MOST_AT_ONCE) prolog.push([target, body])
    },
    skips: () => active.length === 0,
  })
  return { digests: found.map(({ times, digest }) => (times === 1 ? digest : undefined)), signedInfos }
}
