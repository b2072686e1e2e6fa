import type { FlowExample } from '#core/testing'

const MARCHE = { numeroMarche: '2026TVX12', cpv: '45112500-6', dateNotification: '2026-01-10' }

/** A contract whose essential data are published, the same with a form that the format refuses, and one that is only archived. */
export const exemple: FlowExample = {
  departures: {
    complet: () => MARCHE,
    incomplet: () => ({ ...MARCHE, numeroMarche: undefined }),
    'archivage seul': () => ({ publierDecp: false }),
  },
  corrections: {
    termine: [
      {
        'publicationDecp.modifications': [{ dateNotification: '2026-01-15', montant: 450_000, dureeMois: 20 }],
      },
    ],
  },
}
