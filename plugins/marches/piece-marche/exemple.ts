import type { FlowExample } from '#core/testing'

/** An agent who chose the whole route, one who left the deposit out, and one who leaves it to settings that say nothing. */
export const exemple: FlowExample = {
  departures: {
    complet: () => ({}),
    'sans dépôt demandé': () => ({ envoiGed: false }),
    'sans rien choisir': () => ({ envoiSignature: false, envoiMailsec: false, envoiGed: false, envoiSae: false }),
  },
}
