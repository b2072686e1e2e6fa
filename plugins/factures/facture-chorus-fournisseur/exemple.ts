import { fakePortail, type FlowExample, type Materials } from '#core/testing'

/** An invoice given as a PDF, with its data. */
export const PDF = {
  mode: 'DEPOT_PDF_API',
  numero: 'E-1',
  date: '2026-01-12',
  siret: '21340172201787',
  cadre: 'A1_FACTURE_FOURNISSEUR',
  type: 'FACTURE',
  typeTva: 'TVA_SUR_DEBIT',
  devise: 'EUR',
  montantHt: 100,
  montantTva: 20,
  montantTtc: 120,
}
/** The same as a structured file. */
export const XML = { mode: 'UPLOAD_API', numero: 'E-1', syntaxe: 'IN_DP_E1_UBL_INVOICE' }

const pdf = ({ save }: Materials) => save('%PDF-1.7 facture', 'f.pdf')

/** Both ways, a PDF that the portal must read first, and data that do not hold together. */
export const exemple: FlowExample = {
  departures: {
    pdf: async materials => ({ ...PDF, fichier: await pdf(materials) }),
    xml: async ({ save }) => ({ ...XML, fichier: await save('<?xml version="1.0"?><Invoice/>', 'f.xml') }),
    'pdf à lire': async materials => ({ mode: 'DEPOT_PDF_API', fichier: await pdf(materials) }),
    'pdf envoyé comme flux': async materials => ({ ...XML, syntaxe: undefined, fichier: await pdf(materials) }),
  },
  remotes: ({ now }) => ({ portailFactures: fakePortail(now).portail }),
}
