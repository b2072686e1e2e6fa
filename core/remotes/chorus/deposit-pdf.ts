import type { Files } from '../../authoring/context.ts'
import { PermanentError, TemporaryError } from '../../authoring/errors.ts'
import type { DepotFacture, PdfADeposer } from '../../contracts/portail-factures.ts'
import { bodyWithFile } from './body-file.ts'
import { findDeposited } from './deposit.ts'
import { refusedFor } from './failures.ts'
import type { ChorusWire } from './wire.ts'

interface Recognised {
  readonly pieceJointeId?: number | string
}

/** What the account is at Chorus Pro as a supplier. */
export interface Supplier {
  readonly id: number
  readonly serviceId?: number | undefined
}

const submission = (pdf: PdfADeposer, supplier: Supplier, main: string, annexes: readonly string[]) => ({
  modeDepot: 'DEPOT_PDF_API',
  numeroFactureSaisi: pdf.numeroFacture,
  dateFacture: pdf.dateFacture,
  destinataire: { codeDestinataire: pdf.destinataire.siret, codeServiceExecutant: pdf.destinataire.service },
  fournisseur: { idFournisseur: supplier.id, idServiceFournisseur: supplier.serviceId },
  cadreDeFacturation: { codeCadreFacturation: pdf.cadre },
  references: {
    deviseFacture: pdf.devise,
    typeFacture: pdf.typeFacture,
    typeTva: pdf.typeTva,
    modePaiement: 'VIREMENT',
    numeroBonCommande: pdf.numeroBonCommande,
    numeroMarche: pdf.numeroMarche,
  },
  montantTotal: {
    montantHtTotal: pdf.montantHt,
    montantTVA: pdf.montantTva,
    montantTtcTotal: pdf.montantTtc,
    montantAPayer: pdf.montantTtc,
  },
  pieceJointePrincipale: [{ pieceJointePrincipaleId: Number(main), pieceJointePrincipaleDesignation: pdf.pdf.name }],
  pieceJointeComplementaire: annexes.map((id, rank) => ({
    pieceJointeComplementaireId: Number(id),
    pieceJointeComplementaireDesignation: pdf.piecesJointes[rank]?.name,
    pieceJointeComplementaireType: '02',
  })),
})

/** §3.7. Attachments go first; twice, they only leave an orphan there. The invoice itself exists once submitted. */
export const depositPdf = async (
  wire: ChorusWire,
  files: Files,
  pdf: PdfADeposer,
  supplier: () => Promise<Supplier>,
): Promise<DepotFacture> => {
  const facture = await findDeposited(wire, { numeroFacture: pdf.numeroFacture, date: pdf.dateFacture })
  if (facture) return { is: 'known', facture }
  const from = await supplier()

  /** Sends a file, which has no effect by itself. */
  const attach = async (operation: string, body: object): Promise<string> => {
    const sent = await wire
      .tell<Recognised & { readonly pieceJointeIdFichier?: number | string }>(operation, body)
      .catch((error: unknown) => {
        throw error instanceof TemporaryError ? new TemporaryError(error.message, { cause: error }) : error
      })
    if (sent.is === 'refused') throw refusedFor(`une pièce de la facture « ${pdf.numeroFacture} »`, sent)
    const id = sent.answer.pieceJointeId ?? sent.answer.pieceJointeIdFichier
    if (id !== undefined) return String(id)
    throw new TemporaryError(
      `Chorus Pro a pris une pièce de la facture « ${pdf.numeroFacture} » sans lui donner de numéro. Un nouvel essai aura lieu.`,
    )
  }

  try {
    const main = await attach(
      'factures/v1/deposer/pdf',
      await bodyWithFile(files, {
        member: 'fichierFacture',
        file: pdf.pdf,
        rest: { nomFichier: pdf.pdf.name, formatDepot: 'PDF_NON_SIGNE' },
      }),
    )
    const annexes: string[] = []
    for (const file of pdf.piecesJointes) {
      const rest = {
        pieceJointeNom: file.name,
        pieceJointeTypeMime: file.type,
        pieceJointeExtension: file.name.split('.').at(-1)?.toUpperCase() ?? '',
      }
      const body = await bodyWithFile(files, { member: 'pieceJointeFichier', file, rest })
      annexes.push(await attach('transverses/v1/ajouter/fichier', body))
    }
    const submitted = await wire.tell<{ readonly identifiantFactureCPP?: number | string }>(
      'factures/v1/soumettre',
      submission(pdf, from, main, annexes),
    )
    if (submitted.is === 'refused')
      return { is: 'refused', reason: `Chorus Pro refuse la facture « ${pdf.numeroFacture} » : ${submitted.reason}.` }
    const id = submitted.answer.identifiantFactureCPP
    if (id !== undefined) return { is: 'sent', id: String(id) }
  } catch (error) {
    // A refused piece is an answer about this invoice, as a refused submission is.
    if (error instanceof PermanentError) return { is: 'refused', reason: error.message }
    throw error
  }
  throw new TemporaryError(
    `Chorus Pro a pris la facture « ${pdf.numeroFacture} » sans lui donner de numéro. Elle va y être recherchée.`,
    { maybeSent: true },
  )
}
