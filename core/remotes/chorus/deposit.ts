import { TemporaryError } from '../../authoring/errors.ts'
import type { Files } from '../../authoring/context.ts'
import type { Choice } from '../../authoring/values.ts'
import type {
  CompteRenduFlux,
  DepotFacture,
  EtatFlux,
  FactureDeposee,
  FluxADeposer,
  PortailFactures,
  RapportFlux,
} from '../../contracts/portail-factures.ts'
import { bodyWithFile } from './body-file.ts'
import { refusedFor, saysNothingFound } from './failures.ts'
import type { ChorusWire } from './wire.ts'

/** Syntaxes of `deposer/flux`, the default first (chorus-pro.md §3.6). */
export const SYNTAXES: readonly Choice[] = [
  { value: 'IN_DP_E1_UBL_INVOICE', label: 'UBL, données complètes (E1)' },
  { value: 'IN_DP_E2_CII_FACTURX', label: 'Factur-X (E2)' },
  { value: 'IN_DP_E1_CII', label: 'CII, données complètes (E1)' },
  { value: 'IN_DP_E1_CII_16B', label: 'CII D16B, données complètes (E1)' },
  { value: 'IN_DP_E1_PES_FACTURE', label: 'PES Facture, données complètes (E1)' },
  { value: 'IN_DP_E2_UBL_INVOICE_MIN', label: 'UBL, données minimales (E2)' },
  { value: 'IN_DP_E2_CII_MIN', label: 'CII, données minimales (E2)' },
  { value: 'IN_DP_E2_CII_MIN_16B', label: 'CII D16B, données minimales (E2)' },
  { value: 'IN_DP_E2_PES_FACTURE_MIN', label: 'PES Facture, données minimales (E2)' },
  { value: 'IN_DP_E2_CPP_FACTURE_MIN', label: 'Facture mixte Chorus Pro, données minimales (E2)' },
  { value: 'IN_DP_E3_UBL_INVOICE', label: 'UBL (E3)' },
]

const WAITING: Readonly<Record<string, string>> = {
  IN_RECU: 'Le flux a été reçu par Chorus Pro.',
  IN_TRAITE_SE_CPP: "Le flux est dans le système d'échange de Chorus Pro.",
  IN_DEPOT_PORTAIL_EN_ATTENTE_TRAITEMENT_SE_CPP: "Le flux attend le système d'échange de Chorus Pro.",
  IN_EN_ATTENTE_TRAITEMENT_CPP: 'Le flux attend son traitement par Chorus Pro.',
  IN_EN_COURS_TRAITEMENT_CPP: 'Le flux est en cours de traitement par Chorus Pro.',
  IN_EN_ATTENTE_RETRAITEMENT_CPP: 'Le flux est bloqué dans Chorus Pro, dont un exploitant doit le relancer.',
}

interface Line {
  readonly identifiantFactureCPP?: number | string
  readonly idFacture?: number | string
  readonly numeroFacture?: string
  readonly dateFacture?: string
  readonly statut?: string
}

/** The invoices deposited by this account that answer to these words. */
const search = async (wire: ChorusWire, words: object, what: string): Promise<readonly Line[]> => {
  const asked = await wire.ask<{ readonly listeFactures?: readonly Line[] | null }>(
    'factures/v1/rechercher/fournisseur',
    words,
  )
  if (asked.is === 'ok') return asked.answer.listeFactures ?? []
  if (saysNothingFound(asked)) return []
  throw refusedFor(what, asked)
}

const deposited = ({ identifiantFactureCPP, idFacture, statut }: Line): FactureDeposee[] => {
  const id = identifiantFactureCPP ?? idFacture
  return id === undefined || !statut ? [] : [{ id: String(id), statut }]
}

/** The invoice of this number that this account has deposited. A filter that Chorus Pro would ignore is held here again. */
export const findDeposited = async (
  wire: ChorusWire,
  { numeroFacture, date }: Parameters<PortailFactures['findDeposited']>[0],
): Promise<FactureDeposee | undefined> => {
  const lines = await search(
    wire,
    { numeroFacture, ...(date === undefined ? {} : { periodeDateFactureDu: date, periodeDateFactureAu: date }) },
    `la recherche de la facture « ${numeroFacture} »`,
  )
  const found = lines.find(
    line =>
      line.numeroFacture === numeroFacture &&
      (date === undefined || line.dateFacture === undefined || line.dateFacture.startsWith(date)),
  )
  return found && deposited(found)[0]
}

/** §3.6. A file too large is a refusal: sending it again would not make it smaller. */
export const depositFlow = async (
  wire: ChorusWire,
  files: Files,
  { file, syntaxe, signed, numeroFacture }: FluxADeposer,
): Promise<DepotFacture> => {
  const facture = numeroFacture === undefined ? undefined : await findDeposited(wire, { numeroFacture })
  if (facture) return { is: 'known', facture }
  const rest = { nomFichier: file.name, syntaxeFlux: syntaxe, avecSignature: signed }
  const body = await bodyWithFile(files, { member: 'fichierFlux', file, rest })
  const sent = await wire.tell<{ readonly numeroFluxDepot?: string }>('factures/v1/deposer/flux', body)
  if (sent.is === 'refused')
    return { is: 'refused', reason: `Chorus Pro refuse le flux « ${file.name} » : ${sent.reason}.` }
  const id = sent.answer.numeroFluxDepot
  if (id) return { is: 'sent', id }
  throw new TemporaryError(
    `Chorus Pro a pris le flux « ${file.name} » sans donner de numéro. La facture va y être recherchée avant tout nouvel envoi.`,
    { maybeSent: true },
  )
}

interface Report {
  readonly etatCourantDepotFlux?: string
  readonly dateHeureEtatCourantFlux?: string
  readonly codeInterfaceDepotFlux?: string
  readonly nomFichier?: string
  readonly listeErreurTechnique?: readonly { readonly codeErreur?: string; readonly libelleErreur?: string }[] | null
  readonly listeErreurDP?: readonly { readonly numeroDP?: string; readonly libelleErreurDP?: string }[] | null
}

/** As the portal wrote it. */
const compteRenduOf = (answer: Report): CompteRenduFlux => ({
  interface: answer.codeInterfaceDepotFlux,
  etat: answer.etatCourantDepotFlux,
  date: answer.dateHeureEtatCourantFlux,
  fichier: answer.nomFichier,
  contenu: { ...answer },
})

const reasonsIn = ({ listeErreurTechnique, listeErreurDP }: Report): readonly string[] => [
  ...(listeErreurTechnique ?? []).map(({ codeErreur, libelleErreur }) =>
    [libelleErreur, codeErreur && `code ${codeErreur}`].filter(Boolean).join(', '),
  ),
  ...(listeErreurDP ?? []).map(({ numeroDP, libelleErreurDP }) =>
    [numeroDP && `facture ${numeroDP}`, libelleErreurDP].filter(Boolean).join(' : '),
  ),
]

/** Where a flow is (`consulterCRDetaille`: the plain report is unreliable for Factur-X). */
export const flowReport = async (wire: ChorusWire, id: string): Promise<RapportFlux> => {
  const asked = await wire.ask<Report>('transverses/v1/consulterCRDetaille', { numeroFluxDepot: id })
  if (asked.is === 'refused') throw refusedFor(`de donner le compte rendu du flux ${id}`, asked)
  const compteRendu = compteRenduOf(asked.answer)
  return { ...(await etatOf(wire, id, asked.answer)), compteRendu }
}

const etatOf = async (wire: ChorusWire, id: string, answer: Report): Promise<EtatFlux> => {
  const state = answer.etatCourantDepotFlux ?? ''
  const waiting = WAITING[state]
  if (waiting) return { is: 'pending', message: waiting }
  if (state === 'IN_REJETE' || state === 'IN_INTEGRE_PARTIEL')
    return { is: 'rejected', partial: state === 'IN_INTEGRE_PARTIEL', reasons: reasonsIn(answer) }
  if (state === 'IN_INCIDENTE')
    return {
      is: 'incident',
      reason:
        reasonsIn(answer).join(' ; ') ||
        `Chorus Pro n'a pas pu traiter le flux ${id} : il faut le déposer à nouveau en entier.`,
    }
  if (state !== 'IN_INTEGRE')
    return { is: 'pending', message: `Chorus Pro annonce un état inconnu pour ce flux : « ${state || 'aucun'} ».` }
  const factures = (await search(wire, { numeroFluxDepot: id }, `la recherche des factures du flux ${id}`)).flatMap(
    deposited,
  )
  // Integrated a moment ago: the search may lag behind the report.
  return factures.length > 0
    ? { is: 'integrated', factures }
    : { is: 'pending', message: 'Le flux est intégré ; Chorus Pro ne liste pas encore ses factures.' }
}
