import type { Files } from '../../authoring/context.ts'
import type { FileRef } from '../../authoring/values.ts'
import { PermanentError, TemporaryError } from '../../authoring/errors.ts'
import type { DepotFacture, LecturePdf, LuDansPdf, PdfADeposer } from '../../contracts/portail-factures.ts'
import { bodyWithFile } from './body-file.ts'
import { instantOf } from './dates.ts'
import { findDeposited } from './deposit.ts'
import { refusedFor } from './failures.ts'
import type { Answered, ChorusWire } from './wire.ts'

/** What Chorus Pro read in a PDF, and the number it gave it (`flows/factures.md`, PDF mode). */
interface Recognised {
  readonly pieceJointeId?: number | string
  readonly codeRetour?: number | string
  readonly libelle?: string
  readonly [read: string]: unknown
}

const word = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined

const amount = (value: unknown): number | undefined =>
  value === null || value === '' || !Number.isFinite(Number(value)) ? undefined : Number(value)

const readIn = (answer: Recognised): LuDansPdf => ({
  numeroFacture: word(answer['numeroFacture']),
  dateFacture: instantOf(answer['dateFacture'])?.slice(0, 10),
  siret: word(answer['codeDestinataire']),
  service: word(answer['codeServiceExecutant']),
  fournisseur: word(answer['codeFournisseur']),
  devise: word(answer['codeDeviseFacture']),
  typeFacture: word(answer['typeFacture']),
  typeTva: word(answer['typeTva']),
  numeroBonCommande: word(answer['numeroBonCommande']),
  montantHt: amount(answer['montantHtTotal']),
  montantTva: amount(answer['montantTVA']),
  montantAvantRemise: amount(answer['montantTtcAvantRemiseGlobalTTC']),
  montantTtc: amount(answer['montantAPayer']),
})

const tellPdf = async (wire: ChorusWire, files: Files, pdf: FileRef) =>
  withoutDoubt(
    wire.tell<Recognised>(
      'factures/v1/deposer/pdf',
      await bodyWithFile(files, {
        member: 'fichierFacture',
        file: pdf,
        rest: { nomFichier: pdf.name, formatDepot: 'PDF_NON_SIGNE' },
      }),
    ),
  )

/** What is only attached has no effect by itself: a lost answer leaves nothing to look for. */
const withoutDoubt = <T>(sending: Promise<T>): Promise<T> =>
  sending.catch((error: unknown) => {
    throw error instanceof TemporaryError ? new TemporaryError(error.message, { cause: error }) : error
  })

/** §3.7, its first half: the PDF is given to be read, and nothing is submitted. */
export const readPdf = async (
  wire: ChorusWire,
  files: Files,
  pdf: FileRef,
  supplier: () => Promise<Supplier>,
): Promise<LecturePdf> => {
  const from = await supplier()
  const sent = await tellPdf(wire, files, pdf)
  if (sent.is === 'refused') return { is: 'refused', reason: `Chorus Pro refuse « ${pdf.name} » : ${sent.reason}.` }
  const { answer } = sent
  if (answer.pieceJointeId === undefined)
    throw new TemporaryError(`Chorus Pro a lu « ${pdf.name} » sans lui donner de numéro. Un nouvel essai aura lieu.`)
  return {
    is: 'read',
    piece: String(answer.pieceJointeId),
    code: answer.codeRetour === undefined ? undefined : String(answer.codeRetour),
    libelle: answer.libelle,
    idFournisseur: String(from.id),
    idServiceFournisseur: from.serviceId === undefined ? undefined : String(from.serviceId),
    values: readIn(answer),
  }
}

interface Attached {
  readonly pieceJointeId?: number | string
  readonly pieceJointeIdFichier?: number | string
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
    montantTtcTotal: pdf.montantAvantRemise ?? pdf.montantTtc,
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

  const attached = (sent: Answered<Attached>): string => {
    if (sent.is === 'refused') throw refusedFor(`une pièce de la facture « ${pdf.numeroFacture} »`, sent)
    const id = sent.answer.pieceJointeId ?? sent.answer.pieceJointeIdFichier
    if (id !== undefined) return String(id)
    throw new TemporaryError(
      `Chorus Pro a pris une pièce de la facture « ${pdf.numeroFacture} » sans lui donner de numéro. Un nouvel essai aura lieu.`,
    )
  }

  try {
    const main = attached(await tellPdf(wire, files, pdf.pdf))
    const annexes: string[] = []
    for (const file of pdf.piecesJointes) {
      const rest = {
        pieceJointeNom: file.name,
        pieceJointeTypeMime: file.type,
        pieceJointeExtension: file.name.split('.').at(-1)?.toUpperCase() ?? '',
      }
      const body = await bodyWithFile(files, { member: 'pieceJointeFichier', file, rest })
      annexes.push(attached(await withoutDoubt(wire.tell<Attached>('transverses/v1/ajouter/fichier', body))))
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
