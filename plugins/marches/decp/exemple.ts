import type { FlowExample } from '#core/testing'

/** A contract, then a change to be published; and one whose holder is not known as the format wants it. */
export const exemple: FlowExample = {
  departures: {
    complet: () => ({ numero: '2026TVX12', cpv: '45112500-6' }),
    incorrect: () => ({
      numero: '2026TVX12',
      cpv: '45112500-6',
      'publicationDecp.titulaires': [{ id: '123', type: 'SIRET' }],
    }),
  },
  corrections: {
    termine: [
      {
        'publicationDecp.modifications': [{ dateNotification: '2026-01-15', montant: 450_000, dureeMois: 20 }],
      },
    ],
  },
}
