/** Kinds of identifier of a supplier (formats/factures.md §1). */
export const TYPES_IDENTIFIANT = {
  '1': 'SIRET',
  '2': 'Union européenne, hors France',
  '3': 'Hors Union européenne',
  '4': 'RIDET',
  '5': 'TAHITI',
  '6': "En cours d'immatriculation",
  '7': 'Particulier',
} as const

export const TYPES_FACTURE = { '380': 'Facture', '381': 'Avoir' } as const

/** Invoicing frameworks (`flows/factures.md`, `facture_cadre`); there is no A11. */
export const CADRES_FACTURE = {
  A1: 'Facture du fournisseur',
  A2: 'Facture déjà payée',
  A3: 'Frais de justice',
  A4: 'Projet de décompte mensuel',
  A5: 'État d’acompte',
  A6: 'État d’acompte validé',
  A7: 'Projet de décompte final',
  A8: 'Décompte général et définitif',
  A9: 'Facture du sous-traitant',
  A10: 'Projet de décompte mensuel du sous-traitant',
  A12: 'Facture du cotraitant',
  A13: 'Projet de décompte mensuel du cotraitant',
  A14: 'Projet de décompte final du cotraitant',
  A15: 'État d’acompte (maître d’œuvre)',
  A16: 'État d’acompte validé (maître d’œuvre)',
  A17: 'Projet de décompte général (maître d’œuvre)',
  A18: 'Décompte général (maître d’œuvre)',
  A19: 'État d’acompte validé',
  A20: 'Décompte général',
  A21: 'Demande de remboursement de TIC',
  A22: 'Projet de décompte général (fournisseur ou mandataire)',
  A23: 'Décompte général et définitif tacite',
  A24: 'Décompte général et définitif (maître d’ouvrage)',
  A25: 'Décompte général et définitif (maître d’ouvrage, facturation de travaux)',
} as const

/** Means of payment of the pivot (`flows/factures.md`, facture-formulaire-pivot). */
export const MODES_PAIEMENT = {
  '10': 'Espèces',
  '20': 'Chèque',
  '30': 'Virement',
  '31': 'Virement de débit',
  '42': 'Compte bancaire',
  '48': 'Carte',
  '49': 'Prélèvement',
  '97': 'Compensation',
} as const

export const LIBELLES_PAIEMENT = {
  espece: 'Espèces',
  cheque: 'Chèque',
  virement: 'Virement',
  prelevement: 'Prélèvement',
  autre: 'Autre',
  report: 'Report',
} as const

export const REFERENCES_BANCAIRES = { IBAN: 'IBAN', RIB: 'RIB' } as const

/** How an invoice is deposited by its supplier. */
export const MODES_DEPOT = { DEPOT_PDF_API: 'PDF', UPLOAD_API: 'XML structuré' } as const

/** Frameworks that a supplier may choose, in the words of the API. */
export const CADRES_DEPOT = {
  A1_FACTURE_FOURNISSEUR: 'Facture du fournisseur',
  A2_FACTURE_FOURNISSEUR_DEJA_PAYEE: 'Facture déjà payée',
  A9_FACTURE_SOUSTRAITANT: 'Facture du sous-traitant',
  A12_FACTURE_COTRAITANT: 'Facture du cotraitant',
} as const

export const TYPES_DEPOT = { FACTURE: 'Facture', AVOIR: 'Avoir' } as const

export const TYPES_TVA = {
  TVA_SUR_DEBIT: 'TVA sur les débits',
  TVA_SUR_ENCAISSEMENT: 'TVA sur les encaissements',
} as const

/** Syntaxes of a structured deposit (`flows/factures.md`, facture-chorus-fournisseur). */
export const SYNTAXES_DEPOT = {
  IN_DP_E1_UBL_INVOICE: 'UBL, données complètes (E1)',
  IN_DP_E1_CII: 'CII, données complètes (E1)',
  IN_DP_E1_PES_FACTURE: 'PES Facture, données complètes (E1)',
  IN_DP_E2_UBL_INVOICE_MIN: 'UBL, données minimales (E2)',
  IN_DP_E2_CII_MIN: 'CII, données minimales (E2)',
  IN_DP_E2_PES_FACTURE_MIN: 'PES Facture, données minimales (E2)',
  IN_DP_E2_CPP_FACTURE_MIN: 'Facture mixte Chorus Pro, données minimales (E2)',
  IN_DP_E2_CII_FACTURX: 'Factur-X (E2)',
} as const
