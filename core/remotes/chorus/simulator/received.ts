import { Readable } from 'node:stream'
import { localDay } from '../../../authoring/days.ts'
import type { SimResponse } from '../../../testing/sim-server.ts'
import type { StatutFacture } from '../../../contracts/portail-factures.ts'
import { CHANGEMENTS_FACTURE } from '../../../contracts/factures/statuts.ts'
import { refusal, statutOf, type SimAccount, type SimInvoice } from './model.ts'
import { downloadJson } from './pivot.ts'

export type Body = Readonly<Record<string, unknown>>

const local = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Paris', dateStyle: 'short', timeStyle: 'short' })

const isSeenBy = ({ structures }: SimAccount, { recipient }: SimInvoice): boolean =>
  structures.some(({ id }) => id === recipient.id)

const statutAt = ({ history }: SimInvoice): Date => history.at(-1)?.at ?? new Date(0)

const lineOf = (invoice: SimInvoice) => ({
  idFacture: invoice.id,
  numeroFacture: invoice.number,
  typeFacture: invoice.kind,
  typeDemandePaiement: invoice.space === 'FACTURE' ? 'FACTURE' : 'FACTURE_TRAVAUX',
  codeFournisseur: invoice.supplier.siret,
  typeIdentifiantFournisseur: 'SIRET',
  designationFournisseur: invoice.supplier.name,
  codeDestinataire: invoice.recipient.siret,
  idDestinataire: invoice.recipient.id,
  designationDestinataire: invoice.recipient.name,
  idServiceExecutant: invoice.service?.id,
  codeServiceExecutant: invoice.service?.code,
  nomServiceExecutant: invoice.service?.name,
  dateFacture: invoice.date,
  dateDepot: invoice.depositedOn,
  dateHeureEtatCourant: statutAt(invoice).toISOString(),
  montantHT: invoice.amount,
  montantTTC: Math.round(invoice.amount * 120) / 100,
  montantAPayer: Math.round(invoice.amount * 120) / 100,
  devise: 'EUR',
  numeroBonCommande: invoice.order,
  numeroMarche: invoice.market,
  statut: statutOf(invoice),
  factureTelechargeeParDestinataire: invoice.downloaded,
})

interface Search {
  readonly idDestinataire?: number
  readonly idServiceExecutant?: number
  readonly typeDemandePaiement?: string
  readonly periodeDateHeureEtatCourantDu?: string
  readonly periodeDateHeureEtatCourantAu?: string
  readonly factureTelechargeeParDestinataire?: boolean
  readonly numeroFacture?: string
  readonly listeFournisseurs?: readonly { readonly idFournisseur: number }[]
}

const matches =
  (search: Search) =>
  (invoice: SimInvoice): boolean => {
    const day = localDay(statutAt(invoice))
    const { periodeDateHeureEtatCourantDu: from = '', periodeDateHeureEtatCourantAu: until = '9999' } = search
    return (
      (search.idDestinataire ?? invoice.recipient.id) === invoice.recipient.id &&
      (search.idServiceExecutant ?? invoice.service?.id) === invoice.service?.id &&
      (search.numeroFacture ?? invoice.number) === invoice.number &&
      (search.factureTelechargeeParDestinataire ?? invoice.downloaded) === invoice.downloaded &&
      (search.listeFournisseurs?.some(({ idFournisseur }) => idFournisseur === invoice.supplier.id) ?? true) &&
      day >= from.slice(0, 10) &&
      day <= until.slice(0, 10)
    )
  }

interface PageParameters {
  readonly nbResultatsParPage?: number
  readonly pageResultatDemandee?: number
}

/** Operations of a recipient (chorus-pro.md §3.2 to §3.5), over the invoices held. */
export const receivedOperations = (held: readonly SimInvoice[], pageSize: number) => {
  const visible = (account: SimAccount, body: Body): SimInvoice | undefined =>
    held.find(invoice => invoice.id === body['idFacture'] && isSeenBy(account, invoice))

  const page = (found: readonly SimInvoice[], body: Body) => {
    const { nbResultatsParPage = 10, pageResultatDemandee = 1 } = Object(body['paramRecherche']) as PageParameters
    const size = Math.min(nbResultatsParPage, pageSize)
    const sorted = found.toSorted((a, b) => statutAt(b).getTime() - statutAt(a).getTime() || b.id - a.id)
    const place = {
      pageCourante: pageResultatDemandee,
      pages: Math.max(1, Math.ceil(found.length / size)),
      nbResultatsParPage: size,
      total: found.length,
    }
    return { place, lines: sorted.slice((pageResultatDemandee - 1) * size, pageResultatDemandee * size).map(lineOf) }
  }

  return {
    'factures/v1/rechercher/recipiendaire': (account: SimAccount, body: Body): SimResponse => {
      const found = held.filter(
        invoice =>
          isSeenBy(account, invoice) && invoice.space === body['typeDemandePaiement'] && matches(body)(invoice),
      )
      if (found.length === 0) return refusal(20000, 'Aucun résultat ne correspond à la recherche')
      const { place, lines } = page(found, body)
      return { json: { codeRetour: 0, libelle: 'TRA_MSG_00.000', ...place, listeFactures: lines } }
    },

    'facturesTravaux/v1/rechercher': (account: SimAccount, body: Body): SimResponse => {
      if (body['roleUtilisateur'] !== 'MOA' && body['roleUtilisateur'] !== 'MOE')
        return refusal(20003, 'Le rôle est obligatoire')
      const criteria = Object(body['rechercheFactureTravaux']) as Search
      const found = held.filter(
        invoice => isSeenBy(account, invoice) && invoice.space === 'TRAVAUX' && matches(criteria)(invoice),
      )
      if (found.length === 0) return refusal(20007, 'Aucun résultat ne correspond à la recherche')
      const { place, lines } = page(found, body)
      return {
        json: { codeRetour: 0, libelle: 'TRA_MSG_00.000', parametresRetour: place, listeFacturesTravaux: lines },
      }
    },

    'factures/v1/consulter/historique': (account: SimAccount, body: Body): SimResponse => {
      const invoice = visible(account, body)
      if (!invoice)
        return {
          json: {
            retourFonctionnel: {
              codeRetourFonctionnel: 'GDP_MSG_11.008',
              libelleRetourFonctionnel: 'La facture n’existe pas ou n’est pas visible',
            },
          },
        }
      const histoStatut = invoice.history.toReversed().map(({ at, statut, comment }, rank, all) => ({
        histoStatutId: all.length - rank,
        histoStatutCode: statut,
        histoStatutDatePassage: local.format(at),
        histoStatutCommentaire: comment,
        histoStatutUtilisateurNom: 'MARTIN',
        histoStatutUtilisateurPrenom: 'Zoé',
      }))
      return {
        json: {
          codeRetour: 0,
          libelle: 'TRA_MSG_00.000',
          idFacture: invoice.id,
          statutCourantCode: statutOf(invoice),
          historiquesDesStatuts: { histoStatut },
        },
      }
    },

    'factures/v1/telecharger/groupe': (account: SimAccount, body: Body): SimResponse => {
      const [wanted] = (body['listeFacture'] ?? []) as readonly Body[]
      const invoice = wanted && visible(account, wanted)
      if (!invoice) return refusal(20001, 'La facture demandée est inconnue')
      const form = body['format'] === 'PDF' ? 'PDF' : 'PIVOT'
      invoice.downloaded = true
      const withAttachments = body['avecPiecesJointesComplementaires'] !== 'NON'
      return {
        headers: { 'content-type': 'application/json;charset=UTF-8' },
        body: Readable.from(downloadJson(invoice, { form, withAttachments }), { objectMode: false }),
      }
    },

    'factures/v1/traiter/recue': (account: SimAccount, body: Body): SimResponse => {
      const invoice = visible(account, body)
      if (!invoice) return refusal(20001, 'La facture demandée est inconnue')
      const wanted = body['nouveauStatut'] as StatutFacture
      const { motif = '', numeroDPMandat = '' } = body as { readonly motif?: string; readonly numeroDPMandat?: string }
      if (!CHANGEMENTS_FACTURE[statutOf(invoice)]?.includes(wanted))
        return refusal(20002, `GDP_MSG_01.029 : incohérence de statut, ${statutOf(invoice)} ne permet pas ${wanted}`)
      if ((wanted === 'SUSPENDUE' || wanted === 'REJETEE') && motif.trim() === '')
        return refusal(20003, 'Le motif est obligatoire')
      if (motif.length > 255) return refusal(20004, 'Le motif dépasse 255 caractères')
      if (numeroDPMandat !== '' && wanted !== 'MANDATEE')
        return refusal(20005, 'Le numéro de mandat n’est admis que pour MANDATEE')
      invoice.history.push({ at: new Date(), statut: wanted, comment: motif })
      return {
        json: {
          codeRetour: 0,
          libelle: 'TRA_MSG_00.000',
          idFacture: invoice.id,
          numeroFacture: invoice.number,
          dateTraitement: localDay(new Date()),
          nouveauStatut: wanted,
        },
      }
    },
  }
}
