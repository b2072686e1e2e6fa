import type { Inbox, Memory, News } from '../../authoring/connectors.ts'
import type { Files, Log } from '../../authoring/context.ts'
import { PermanentError, TemporaryError } from '../../authoring/errors.ts'
import type { FileRef } from '../../authoring/values.ts'
import { historyJson } from '../../contracts/factures/historique.ts'
import { readPivot, type FacturePivot } from '../../contracts/factures/pivot.ts'
import { STATUTS_A_IMPORTER, versionsOf } from '../../contracts/factures/statuts.ts'
import type { HistoriqueFacture } from '../../contracts/portail-factures.ts'
import { downloadInvoice } from './download.ts'
import { readHistory } from './history.ts'
import type { FoundInvoice, Origin } from './search.ts'
import { valuesOf, type ImportedInvoice } from './values.ts'
import { importPeriod, newsPeriod, type Period, type PeriodSettings } from './window.ts'
import type { ChorusWire } from './wire.ts'

export interface Collecting {
  readonly wire: ChorusWire
  readonly files: Files
  readonly inbox: Inbox
  readonly news: News
  readonly memory: Memory
  readonly log: Log
  readonly now: Date
  /** Key of what is remembered between two runs. */
  readonly remembered: string
  readonly settings: PeriodSettings & {
    /** Flow of the documents made. */
    readonly flux: string
  }
  /** Said of every invoice of this account. */
  readonly about: Pick<ImportedInvoice, 'account'> & { readonly origin?: 'CSV'; readonly suffix?: string }
  /** @param period what to read of each origin; nothing: that origin is not wanted this time */
  search(period: (origin: Origin) => Period | undefined): Promise<readonly FoundInvoice[]>
}

export interface Collected {
  readonly created: number
  /** Documents of known invoices that were told news. */
  readonly told: number
  /** Left for the next run. */
  readonly waiting: number
  /** What could not be imported, a sentence each. It stays in the list of what is to be imported. */
  readonly failures: readonly string[]
}

/** An invoice to be looked at: `news`, it is none of those to be imported, and only what is here already hears of it. */
type Looked = FoundInvoice & { readonly only?: 'news' }

interface Remembered {
  /** Day of the newest status met, by origin: what a long interruption would hide is read again. */
  readonly since: Partial<Record<Origin, string>>
  /** By identifier: the status last dealt with, and its instant. What is deeper than the window is forgotten: met again, it costs a call. */
  readonly seen: Record<string, unknown>
  /** To be dealt with. Written before the first download, which hides an invoice from « not yet downloaded » (§3.4). */
  readonly waiting: Readonly<Record<string, Looked>>
}

const MOST_PER_RUN = 500
/** A crash costs at most so many downloads again; what is delivered is known by its key. */
const REMEMBER_EVERY = 20
/** How often an invoice may have been sent back to its supplier before it is met here. */
const MOST_VERSIONS = 9

const isWanted = ({ origin, statut }: Pick<FoundInvoice, 'origin' | 'statut'>): boolean =>
  origin === 'CPP_TRAVAUX' || STATUTS_A_IMPORTER.some(each => each === statut)

const stateOf = ({ statut, statutAt }: FoundInvoice): string => `${statut} ${statutAt ?? ''}`

/** What the inbox knows a version of an invoice by. */
const keyOf = (id: string, version: number, { suffix = '' }: Collecting['about']): string =>
  `facture-${id}${suffix}${version > 1 ? `-v${version}` : ''}`

const keysOf = (id: string, about: Collecting['about']): readonly string[] =>
  Array.from({ length: MOST_VERSIONS }, (_, rank) => keyOf(id, rank + 1, about))

/** The invoices that have moved since they were last dealt with, and concern us: to be imported, or here already. */
const moved = async ({ news, about }: Collecting, found: readonly Looked[], remembered: Remembered) => {
  const seen: Record<string, unknown> = {}
  const changed: Looked[] = []
  for (const invoice of found) {
    const known = remembered.seen[invoice.id]
    if (known === stateOf(invoice)) seen[invoice.id] = known
    else changed.push(invoice)
  }
  const here = await news.delivered(changed.flatMap(({ id }) => keysOf(id, about)))
  const isHere = ({ id }: Looked) => keysOf(id, about).some(key => here.has(key))
  return { seen, concerning: changed.filter(each => (each.only !== 'news' && isWanted(each)) || isHere(each)) }
}

/** What is to be imported, then what else has moved. */
const searchAll = async ({ search, settings, now }: Collecting, { since }: Remembered) => {
  const imported = await search(origin => importPeriod(settings, now, since[origin]))
  const others = await search(origin => newsPeriod(settings, now, since[origin]))
  const ids = new Set(imported.map(({ id }) => id))
  const more = others.filter(({ id }) => !ids.has(id)).map(each => ({ ...each, only: 'news' as const }))
  const newest = { ...since }
  for (const { origin, statutAt = '' } of imported)
    if (statutAt.slice(0, 10) > (newest[origin] ?? '')) newest[origin] = statutAt.slice(0, 10)
  return { found: [...imported, ...more] as readonly Looked[], since: newest }
}

/** The invoice asked for: a download may hold several. */
const unitOf = (units: readonly FacturePivot[], id: string, file: FileRef): FacturePivot => {
  const unit = units.find(({ values }) => values.id_facture_cpp === id) ?? units[0]
  if (unit) return unit
  throw new PermanentError(`Le pivot « ${file.name} » ne contient aucune facture.`)
}

/** The PDF of Chorus Pro, for an invoice that came without one. Its absence keeps nobody from paying. */
const viewOf = async ({ wire, files, log }: Collecting, id: string): Promise<FileRef | undefined> => {
  try {
    return (await downloadInvoice(wire, files, id, 'pdf')).file
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error
    log.warn({ facture: id, reason: error.message }, 'Facture sans vue PDF')
    return undefined
  }
}

/** Tells its documents what their invoice has become: each version hears its own part of the history. */
const tellNews = async ({ news, about }: Collecting, id: string, versions: readonly HistoriqueFacture[]) => {
  const here = await news.delivered(versions.map((_, rank) => keyOf(id, rank + 1, about)))
  let told = 0
  let isLate = false
  for (const [rank, history] of versions.entries()) {
    const externalId = keyOf(id, rank + 1, about)
    if (!here.has(externalId)) continue
    const outcome = await news.tell({ externalId, signal: 'nouvelles', says: { history } })
    if (outcome === 'told') told += 1
    if (outcome === 'notListening') isLate = true
  }
  return { told, isLate, isHere: here.has(keyOf(id, versions.length, about)) }
}

interface Dealt {
  readonly created: number
  readonly told: number
  /** To be looked at again while it stays in the window: its document is too young to hear. */
  readonly isLate: boolean
}

/** Deals with one invoice: news for the documents that it has, and a document for its last version when there is none. */
const dealWith = async (collecting: Collecting, found: Looked): Promise<Dealt> => {
  const { wire, files, inbox, settings, about } = collecting
  const history = await readHistory(wire, found.id)
  const versions = versionsOf(history)
  const { told, isLate, isHere } = await tellNews(collecting, found.id, versions)
  const isGone = !isWanted({ origin: found.origin, statut: history.statut }) && !isWanted(found)
  if (isHere || isGone || found.only === 'news') return { created: 0, told, isLate }
  const { file, complete } = await downloadInvoice(wire, files, found.id, 'pivot')
  const pivot = unitOf(await readPivot(files, file), found.id, file)
  const hasPdf = pivot.pieces.some(({ file: { type } }) => type === 'application/pdf')
  const id = `${found.id}${about.suffix ?? ''}`
  const version = versions.length
  const invoice: ImportedInvoice = {
    found,
    id,
    origin: about.origin ?? found.origin,
    account: about.account,
    history,
    historyFile: await files.save(historyJson(history), 'histo_statut_cpp.json'),
    pivotFile: file,
    pivot,
    view: hasPdf ? undefined : await viewOf(collecting, found.id),
  }
  const is = await inbox.deliver({
    flow: settings.flux,
    externalId: keyOf(found.id, version, about),
    values: valuesOf(invoice),
    // Left in draft with the reason when the form is incomplete.
    then: { whenValid: 'envoyer' },
    message: [
      `Facture ${found.numero ?? pivot.values.no_facture ?? id} reçue de Chorus Pro (n° ${found.id}).`,
      ...(version > 1 ? [`C'est sa ${version}ᵉ version : la précédente avait été suspendue ou mise à recycler.`] : []),
      ...(complete
        ? []
        : [
            'Elle est trop volumineuse pour Chorus Pro avec ses pièces complémentaires : elles restent à prendre sur le portail.',
          ]),
    ].join(' '),
  })
  return { created: is === 'created' ? 1 : 0, told, isLate }
}

/**
 * Imports the invoices of an account, and tells the documents of those imported before what has become of them. What is to be done is
 * remembered before anything is downloaded, and forgotten once it is committed: a crash, or a filter that hides what was downloaded, loses
 * none. One faulty invoice does not keep the others waiting. Beside the lists, an invoice that did not move costs nothing.
 */
export const collectInvoices = async (collecting: Collecting): Promise<Collected> => {
  const { memory, remembered: key } = collecting
  const before = (await memory.get<Remembered>(key)) ?? { since: {}, seen: {}, waiting: {} }
  const { found, since } = await searchAll(collecting, before)
  const { seen, concerning } = await moved(collecting, found, before)
  const waiting = new Map(Object.entries(before.waiting))
  for (const invoice of concerning) waiting.set(invoice.id, invoice)
  const remember = () => memory.set(key, { since, seen, waiting: Object.fromEntries(waiting) })
  await remember()

  const counts = { created: 0, told: 0 }
  const failures: string[] = []
  let silences = 0
  let done = 0
  try {
    for (const invoice of [...waiting.values()].slice(0, MOST_PER_RUN)) {
      const { id } = invoice
      try {
        const dealt = await dealWith(collecting, invoice)
        counts.created += dealt.created
        counts.told += dealt.told
        if (!dealt.isLate) seen[id] = stateOf(invoice)
        waiting.delete(id)
        silences = 0
      } catch (error) {
        const isSilence = error instanceof TemporaryError
        if (!isSilence && !(error instanceof PermanentError)) throw error
        silences = isSilence ? silences + 1 : 0
        // Two in a row: it is not about the invoice.
        if (silences === 2) throw error
        failures.push(`Facture ${invoice.numero ?? id} : ${error.message}`)
      }
      done += 1
      if (done % REMEMBER_EVERY === 0) await remember()
    }
  } finally {
    await remember()
  }
  return { ...counts, waiting: waiting.size - failures.length, failures }
}

const plural = (count: number, one: string, many: string): string => `${count} ${count > 1 ? many : one}`

/** What a run did, for the administrator. */
export const collectedSentence = ({ created, told, waiting, failures }: Collected): string =>
  [
    created === 0
      ? 'Aucune nouvelle facture.'
      : `${plural(created, 'nouvelle facture reçue', 'nouvelles factures reçues')}.`,
    ...(told > 0 ? [`${plural(told, 'facture suivie a changé', 'factures suivies ont changé')} à Chorus Pro.`] : []),
    ...(waiting > 0 ? [`${plural(waiting, 'autre sera relevée', 'autres seront relevées')} au prochain passage.`] : []),
    ...(failures.length > 0
      ? [`${plural(failures.length, 'facture en échec, reprise', 'factures en échec, reprises')} au prochain passage.`]
      : []),
    ...failures.slice(0, 5),
  ].join(' ')
