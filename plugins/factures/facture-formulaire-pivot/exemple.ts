import type { FlowExample } from '#core/testing'

/** A paper invoice, typed in. */
export const complete = {
  siret: '21340172201787',
  codeService: 'COMPTA',
  numeroEngagement: 'BC-1',
  fournisseur: '00000000000018',
  fournisseurNom: 'Papeterie <& fils>',
  numero: 'P-1',
  date: '2026-01-10',
  montantHt: '100',
  montantTtc: '120,00',
  montantNet: '120.00',
}

export const exemple: FlowExample = {
  departures: {
    complet: async ({ save }) => ({ ...complete, facture: await save('%PDF-1.7 papier', 'papier.pdf') }),
  },
}
