import type { Inbox, Memory } from '../../authoring/connectors.ts'
import type { Files, Log } from '../../authoring/context.ts'
import { PermanentError, TemporaryError } from '../../authoring/errors.ts'
import type { FileRef } from '../../authoring/values.ts'
import { historyJson } from '../../contracts/factures/historique.ts'
import { readPivot, type FacturePivot } from '../../contracts/factures/pivot.ts'
import { STATUTS_A_IMPORTER, versionOf } from '../../contracts/factures/statuts.ts'
import { downloadInvoice } from './download.ts'
import { readHistory } from './history.ts'
import type { FoundInvoice, Origin } from './search.ts'
import { valuesOf, type ImportedInvoice } from './values.ts'
import type { ChorusWire } from './wire.ts'

export interface Collecting {
  readonly wire: ChorusWire
  readonly files: Files
  readonly inbox: Inbox
  readonly memory: Memory
  readonly log: Log
  /** Key of what is remembered between two runs. */
  readonly remembered: string
  /** Flow of the documents made. */
  readonly flow: string
  /** Said of every invoice of this account. */
  readonly about: Pick<ImportedInvoice, 'account'> & { readonly origin?: 'CSV'; readonly suffix?: string }
  /** @param since the day of the newest status already met, by origin: what a long interruption would hide is read again */
  search(since: Readonly<Partial<Record<Origin, string>>>): Promise<readonly FoundInvoice[]>
}

export interface Collected {
  readonly created: number
  readonly known: number
  /** Left for the next run. */
  readonly waiting: number
  /** What could not be imported, a sentence each. It stays in the list of what is to be imported. */
  readonly failures: readonly string[]
}

interface Remembered {
  readonly since: Partial<Record<Origin, string>>
  /** By identifier: the status met with its instant, and the version imported. */
  readonly seen: Record<string, readonly [state: string, version: number]>
  /** To be imported. Written before the first download, which hides an invoice from « not yet downloaded » (§3.4). */
  readonly waiting: Readonly<Record<string, FoundInvoice>>
}

const MOST_PER_RUN = 500
/** A crash costs at most so many downloads again; what is delivered is known by its key. */
const REMEMBER_EVERY = 20

const isWanted = ({ origin, statut }: Pick<FoundInvoice, 'origin' | 'statut'>): boolean =>
  origin === 'CPP_TRAVAUX' || STATUTS_A_IMPORTER.some(each => each === statut)

const stateOf = ({ statut, statutAt }: FoundInvoice): string => `${statut} ${statutAt ?? ''}`

const merge = (remembered: Remembered, found: readonly FoundInvoice[]) => {
  const since = { ...remembered.since }
  const waiting = new Map(Object.entries(remembered.waiting))
  const seen: Record<string, readonly [string, number]> = {}
  for (const invoice of found) {
    const { id, origin, statutAt = '' } = invoice
    const known = remembered.seen[id]
    // What has left the window is forgotten: met again, it costs a download and no more.
    if (known) seen[id] = known
    if (statutAt.slice(0, 10) > (since[origin] ?? '')) since[origin] = statutAt.slice(0, 10)
    if (isWanted(invoice) && known?.[0] !== stateOf(invoice)) waiting.set(id, invoice)
  }
  return { since, seen, waiting }
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

/** Brings one invoice. @returns its version, and whether it is new; `gone` when it has left the statuses worth importing meanwhile */
const importOne = async (
  collecting: Collecting,
  found: FoundInvoice,
  known: number | undefined,
): Promise<{ readonly is: 'created' | 'known'; readonly version: number } | { readonly is: 'gone' }> => {
  const { wire, files, inbox, flow, about } = collecting
  const history = await readHistory(wire, found.id)
  if (!isWanted({ origin: found.origin, statut: history.statut }) && !isWanted(found)) return { is: 'gone' }
  const version = versionOf(history)
  if (version === known) return { is: 'known', version }
  const { file, complete } = await downloadInvoice(wire, files, found.id, 'pivot')
  const pivot = unitOf(await readPivot(files, file), found.id, file)
  const hasPdf = pivot.pieces.some(({ file: { type } }) => type === 'application/pdf')
  const id = `${found.id}${about.suffix ?? ''}`
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
    flow,
    externalId: `facture-${id}${version > 1 ? `-v${version}` : ''}`,
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
  return { is, version }
}

/**
 * Imports the invoices of an account. What is to be imported is remembered before anything is downloaded, and forgotten once its document
 * is committed: a crash, or a filter that hides what was downloaded, loses none. One faulty invoice does not keep the others waiting.
 */
export const collectInvoices = async (collecting: Collecting): Promise<Collected> => {
  const { memory, remembered: key } = collecting
  const before = await memory.get<Remembered>(key)
  const found = await collecting.search(before?.since ?? {})
  const { since, seen, waiting } = merge(before ?? { since: {}, seen: {}, waiting: {} }, found)
  const remember = () => memory.set(key, { since, seen, waiting: Object.fromEntries(waiting) })
  await remember()

  const counts = { created: 0, known: 0, gone: 0 }
  const failures: string[] = []
  let silences = 0
  let done = 0
  try {
    for (const invoice of [...waiting.values()].slice(0, MOST_PER_RUN)) {
      const { id } = invoice
      try {
        const outcome = await importOne(collecting, invoice, seen[id]?.[1])
        counts[outcome.is] += 1
        if (outcome.is !== 'gone') seen[id] = [stateOf(invoice), outcome.version]
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
  return {
    created: counts.created,
    known: counts.known,
    waiting: waiting.size - failures.length,
    failures,
  }
}

const plural = (count: number, one: string, many: string): string => `${count} ${count > 1 ? many : one}`

/** What a run did, for the administrator. */
export const collectedSentence = ({ created, waiting, failures }: Collected): string =>
  [
    created === 0
      ? 'Aucune nouvelle facture.'
      : `${plural(created, 'nouvelle facture reçue', 'nouvelles factures reçues')}.`,
    ...(waiting > 0 ? [`${plural(waiting, 'autre sera relevée', 'autres seront relevées')} au prochain passage.`] : []),
    ...(failures.length > 0
      ? [`${plural(failures.length, 'facture en échec, reprise', 'factures en échec, reprises')} au prochain passage.`]
      : []),
    ...failures.slice(0, 5),
  ].join(' ')
