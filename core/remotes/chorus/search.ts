import { PermanentError, TemporaryError } from '../../authoring/errors.ts'
import { instantOf } from './dates.ts'
import { refusedFor, saysNothingFound } from './failures.ts'
import type { ChorusWire } from './wire.ts'

/** Where an invoice was found, in the words of `type_integration`. */
export type Origin = 'CPP' | 'CPP_TRAVAUX'

/** A line of a search, reduced to what an import retains. */
export interface FoundInvoice {
  readonly id: string
  readonly origin: Origin
  readonly statut: string
  /** Instant of the current status, ISO 8601. */
  readonly statutAt: string | undefined
  readonly numero: string | undefined
  readonly fournisseur: string | undefined
  readonly fournisseurNom: string | undefined
  readonly destinataire: string | undefined
  readonly siret: string | undefined
  readonly service: string | undefined
  readonly serviceCode: string | undefined
  readonly dateFacture: string | undefined
  readonly dateDepot: string | undefined
  readonly montantTtc: string | undefined
  readonly bonCommande: string | undefined
  readonly marche: string | undefined
}

export interface SearchWindow {
  /** Days, `YYYY-MM-DD`, both included. */
  readonly from: string
  readonly until: string
  readonly recipientId?: number | undefined
  readonly serviceId?: number | undefined
  readonly supplierId?: number | undefined
  /** Only those already downloaded by the recipient, or only the others; both when left out. */
  readonly downloaded?: boolean | undefined
}

export type WorksRole = 'MOA' | 'MOE'

type Line = Readonly<Record<string, unknown>>
interface Page {
  readonly pageCourante?: unknown
  readonly pages?: unknown
  readonly total?: unknown
  readonly parametresRetour?: { readonly pageCourante?: unknown; readonly pages?: unknown; readonly total?: unknown }
  readonly listeFactures?: readonly Line[] | null
  readonly listeFacturesTravaux?: readonly Line[] | null
}

const PAGE = 1000
const MOST_PAGES = 1000
/** How often a list that moves while it is read is read again. What still escapes is in the window of the next run. */
const READINGS = 3

const words = (value: unknown): string | undefined =>
  (typeof value === 'string' && value.trim() !== '') || typeof value === 'number' ? String(value).trim() : undefined

const invoiceOf =
  (origin: Origin) =>
  (line: Line): FoundInvoice[] => {
    const id = words(line['idFacture'])
    if (id === undefined) return []
    return [
      {
        id,
        origin,
        statut: words(line['statut']) ?? '',
        statutAt: instantOf(line['dateHeureEtatCourant']),
        numero: words(line['numeroFacture']),
        fournisseur: words(line['codeFournisseur']),
        fournisseurNom: words(line['designationFournisseur']),
        destinataire: words(line['idDestinataire']),
        siret: words(line['codeDestinataire']),
        service: words(line['idServiceExecutant']),
        serviceCode: words(line['codeServiceExecutant']),
        dateFacture: words(line['dateFacture']),
        dateDepot: words(line['dateDepot']),
        montantTtc: words(line['montantTTC']),
        bonCommande: words(line['numeroBonCommande']),
        marche: words(line['numeroMarche']),
      },
    ]
  }

interface Search {
  readonly operation: string
  readonly origin: Origin
  body(page: number): object
}

interface ReadPage {
  readonly page: number
  readonly pages: number
  readonly total: string | undefined
  readonly found: readonly FoundInvoice[]
}

const readPage = async (wire: ChorusWire, search: Search, page: number): Promise<ReadPage | undefined> => {
  const asked = await wire.ask<Page>(search.operation, search.body(page))
  if (asked.is === 'refused') {
    if (saysNothingFound(asked)) return undefined
    throw refusedFor('la recherche des factures', asked)
  }
  const { answer } = asked
  const place = answer.parametresRetour ?? answer
  const [current, pages] = [Number(words(place.pageCourante)), Number(words(place.pages))]
  // Without it nothing says that the list is whole: an invoice could be missed for ever.
  if (!Number.isInteger(current) || !Number.isInteger(pages))
    throw new TemporaryError(
      'Chorus Pro a rendu une liste de factures sans dire combien elle a de pages. Elle sera demandée à nouveau.',
    )
  const lines = answer.listeFactures ?? answer.listeFacturesTravaux ?? []
  return { page: current, pages, total: words(place.total), found: lines.flatMap(invoiceOf(search.origin)) }
}

/** @returns whether the list stayed the same from its first page to its last */
const readOnce = async (wire: ChorusWire, search: Search, found: Map<string, FoundInvoice>): Promise<boolean> => {
  let first: ReadPage | undefined
  let stable = true
  for (let page = 1; ; page += 1) {
    if (page > MOST_PAGES)
      throw new PermanentError('La liste des factures de Chorus Pro ne finit pas : réduisez la période relevée.')
    const read = await readPage(wire, search, page)
    if (!read) return stable && first === undefined
    first ??= read
    if (read.pages !== first.pages || read.total !== first.total) stable = false
    for (const invoice of read.found) {
      const before = found.get(invoice.id)
      // Met twice, an invoice moved meanwhile: the later state is the true one.
      if (!before || (invoice.statutAt ?? '') >= (before.statutAt ?? '')) found.set(invoice.id, invoice)
    }
    if (read.page >= read.pages || page >= read.pages) return stable
  }
}

const readAll = async (wire: ChorusWire, search: Search): Promise<readonly FoundInvoice[]> => {
  const found = new Map<string, FoundInvoice>()
  for (let reading = 1; reading <= READINGS; reading += 1) if (await readOnce(wire, search, found)) break
  return [...found.values()]
}

const pageParameters = (page: number) => ({
  nbResultatsParPage: PAGE,
  pageResultatDemandee: page,
  nbResultatsMaximum: PAGE,
  triSens: 'Descendant',
})

const periodOf = ({ from, until }: SearchWindow) => ({
  periodeDateHeureEtatCourantDu: from,
  periodeDateHeureEtatCourantAu: `${until}T23:59:59`,
})

/** Invoices received by the structures of the account (chorus-pro.md §3.2): ordinary ones, then works ones. */
export const searchReceived = async (wire: ChorusWire, window: SearchWindow): Promise<readonly FoundInvoice[]> => {
  const pass = (typeDemandePaiement: 'FACTURE' | 'FACTURE_TRAVAUX') =>
    readAll(wire, {
      operation: 'factures/v1/rechercher/recipiendaire',
      origin: 'CPP',
      body: page => ({
        idDestinataire: window.recipientId,
        idServiceExecutant: window.serviceId,
        typeDemandePaiement,
        ...periodOf(window),
        factureTelechargeeParDestinataire: window.downloaded,
        listeFournisseurs: window.supplierId === undefined ? undefined : [{ idFournisseur: window.supplierId }],
        paramRecherche: pageParameters(page),
      }),
    })
  return [...(await pass('FACTURE')), ...(await pass('FACTURE_TRAVAUX'))]
}

/** Invoices of the works space, seen with a role. */
export const searchWorks = (
  wire: ChorusWire,
  window: SearchWindow,
  role: WorksRole,
): Promise<readonly FoundInvoice[]> =>
  readAll(wire, {
    operation: 'facturesTravaux/v1/rechercher',
    origin: 'CPP_TRAVAUX',
    body: page => ({
      roleUtilisateur: role,
      flagTelecharge: window.downloaded,
      rechercheFactureTravaux: {
        idDestinataire: window.recipientId,
        idServiceExecutant: window.serviceId,
        ...periodOf(window),
      },
      paramRecherche: pageParameters(page),
    }),
  })

/** The invoice that a supplier gave this number. A filter that Chorus Pro would ignore is held here again. */
export const findReceived = async (
  wire: ChorusWire,
  { supplierId, numeroFacture }: { readonly supplierId: number; readonly numeroFacture: string },
): Promise<FoundInvoice | undefined> => {
  for (const typeDemandePaiement of ['FACTURE', 'FACTURE_TRAVAUX']) {
    const found = await readAll(wire, {
      operation: 'factures/v1/rechercher/recipiendaire',
      origin: 'CPP',
      body: page => ({
        typeDemandePaiement,
        numeroFacture,
        listeFournisseurs: [{ idFournisseur: supplierId }],
        paramRecherche: pageParameters(page),
      }),
    })
    const invoice = found.find(({ numero }) => numero === numeroFacture)
    if (invoice) return invoice
  }
  return undefined
}
