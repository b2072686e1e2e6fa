import {
  PJ_CONTENT,
  pjListener,
  SIGNATURE,
  signatureListener,
  streamXml,
  textTap,
  UnreadableXml,
  type PesPj,
  type PesSignature,
} from '#core'
import { centsIn } from './format.ts'

/** One thing that a PES is about: a bordereau, an invoice, a contract, a debtor. */
export interface PesItem {
  /** From 1, over the whole file. */
  readonly rank: number
  /** Local name of the element: `Bordereau`, `FactureIndiv`, `Marche`… */
  readonly kind: string
  readonly domain: string
  /** What tells it from the others, by name of element. */
  readonly values: Readonly<Record<string, string>>
  /** `Id`, which signatures refer to. */
  readonly id: string
  readonly pieces: number
  /** Cents. */
  readonly amounts: Amounts
  readonly signatures: number
}

export interface Amounts {
  readonly ht: number
  readonly tva: number
}

export interface PesDomainSummary {
  readonly name: string
  readonly items: number
  readonly pieces: number
  readonly lines: number
  readonly amounts: Amounts
}

/** What a PES holds, counted in full; of each list, the part asked for. */
export interface PesContent {
  readonly root: string
  /** Envelope and header, in their order. */
  readonly header: readonly (readonly [string, string])[]
  readonly domains: readonly PesDomainSummary[]
  readonly items: readonly PesItem[]
  readonly pjs: readonly PesPj[]
  readonly pjCount: number
  readonly signatures: readonly PesSignature[]
  readonly signatureCount: number
}

/** Ranks kept, from 1, the last one included. */
export interface Window {
  readonly first: number
  readonly last: number
}
export const within = ({ first, last }: Window, rank: number): boolean => rank >= first && rank <= last

const MOST_SIGNATURES = 200
const MOST_HEADER = 50
const ITEMS: ReadonlySet<string> = new Set(['Bordereau', 'FactureIndiv', 'Marche', 'Concession', 'Client'])
/** Below a domain: `PES_Marche/Marches/Marche` is the deepest. */
const DEEPEST_ITEM = 4

/** Whether this element is one of the things listed. What the treasury returns under other names is shown all the same. */
export const isItem = (path: readonly string[]): boolean => {
  if (path.length < 3 || path.length > DEEPEST_ITEM || !path[1]?.startsWith('PES_')) return false
  if (ITEMS.has(path.at(-1) ?? '')) return true
  return path[0] === 'PES_Retour' && path.length === 3 && !path[2]?.startsWith('EnTete')
}

/** The values by which people know an item. The first met in the item is the right one. */
const KEPT: ReadonlySet<string> = new Set([
  ...['Exer', 'IdBord', 'DteBordEm', 'TypBord', 'NbrPce', 'MtBordHT', 'MtBordHt', 'MtBordTVA', 'Objet'],
  ...['NumeroFacture', 'DateEmission', 'Nom', 'IdContrat', 'DateNotification', 'DateSignature', 'RefTiers', 'IdPce'],
])
const VALUE_DEPTH = 3

/** Amounts that add up, by the end of their path. */
const AMOUNTS: Readonly<Record<string, keyof Amounts>> = {
  'InfoLignePce/MtHT': 'ht',
  'InfoLignePiece/MtHT': 'ht',
  'InfoLignePce/MtTVA': 'tva',
  'InfoLignePiece/MtTVA': 'tva',
  'TotalAPayer/MtTotalHT': 'ht',
  'TotalAPayer/MtTotalTVA': 'tva',
  'Marche/MontantHTNotifie': 'ht',
  'Concession/ValeurGlobale': 'ht',
  'ResteARecouvrer/Rar': 'ht',
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }
interface Growing extends Writable<Omit<PesItem, 'amounts' | 'values'>> {
  values: Record<string, string>
  amounts: Writable<Amounts>
  depth: number
}
type GrowingDomain = Writable<Omit<PesDomainSummary, 'amounts'>> & { amounts: Writable<Amounts> }

/**
 * Reads a PES (aller or retour) once, from end to end, in a memory that does not depend on its size.
 * @throws UnreadableXml when it is not well formed, or is no PES; what `source` throws
 */
export const readContent = async (
  source: AsyncIterable<unknown>,
  { items: wanted, pjs: wantedPjs }: { readonly items: Window; readonly pjs: (pj: PesPj) => boolean },
): Promise<PesContent> => {
  const header: [string, string][] = []
  const domains: GrowingDomain[] = []
  const items: PesItem[] = []
  const pjs: PesPj[] = []
  const signatures: PesSignature[] = []
  const counts = { items: 0, pjs: 0, signatures: 0 }
  let root = ''
  let item: Growing | undefined

  const tap = textTap([PJ_CONTENT, SIGNATURE])
  const ofPjs = pjListener(tap, pj => {
    counts.pjs += 1
    if (wantedPjs(pj)) pjs.push(pj)
  })
  const ofSignatures = signatureListener(tap, signature => {
    counts.signatures += 1
    if (item) item.signatures += 1
    if (signatures.length < MOST_SIGNATURES) signatures.push(signature)
  })

  const addAmount = (kind: keyof Amounts, value: string) => {
    const cents = centsIn(value)
    if (item) item.amounts[kind] += cents
    const domain = domains.at(-1)
    if (domain) domain.amounts[kind] += cents
  }
  const beginItem = (kind: string, id: string, path: readonly string[]) => {
    counts.items += 1
    const domain = domains.at(-1)
    if (domain) domain.items += 1
    item = {
      ...{ rank: counts.items, kind, id, domain: path[1] ?? '', depth: path.length },
      ...{ values: {}, pieces: 0, amounts: { ht: 0, tva: 0 }, signatures: 0 },
    }
  }
  const readValue = (name: string, value: string, path: readonly string[]) => {
    if (item) {
      if (KEPT.has(name) && path.length - item.depth <= VALUE_DEPTH) item.values[name] ??= value
      const amount = AMOUNTS[`${path.at(-2) ?? ''}/${name}`]
      if (amount) addAmount(amount, value)
    } else if ((path[1] === 'EnTetePES' || path[1] === 'Enveloppe') && header.length < MOST_HEADER)
      header.push([name, value])
  }

  await streamXml(tap.through(source), {
    open(name, attributes, path) {
      root ||= name
      ofPjs.open(name, attributes, path)
      ofSignatures.open(name, attributes, path)
      if (path.length === 2 && name.startsWith('PES_'))
        domains.push({ name, items: 0, pieces: 0, lines: 0, amounts: { ht: 0, tva: 0 } })
      else if (!item && isItem(path)) beginItem(name, attributes['Id'] ?? '', path)
      else if (item && name === 'Piece') {
        item.pieces += 1
        const domain = domains.at(-1)
        if (domain) domain.pieces += 1
      } else if (name === 'LigneDePiece' || name === 'LigneFacture') {
        const domain = domains.at(-1)
        if (domain) domain.lines += 1
      }
      const { V: value } = attributes
      if (value !== undefined) readValue(name, value, path)
    },
    close(name, path) {
      ofPjs.close(name, path)
      ofSignatures.close(name, path)
      if (!item || path.length > item.depth) return
      const { depth: _depth, ...finished } = item
      if (within(wanted, item.rank)) items.push(finished)
      item = undefined
    },
  })
  if (root !== 'PES_Aller' && root !== 'PES_Retour') throw new UnreadableXml(`the root is ${root}, not a PES`)
  return { root, header, domains, items, pjs, pjCount: counts.pjs, signatures, signatureCount: counts.signatures }
}
