import type { FlowExample } from '#core/testing'

const DELIBERATION = {
  'tdtActes.nature': '1',
  'tdtActes.classification': { value: '1.1', label: '1.1 Marchés publics' },
}

/** A délibération, which is published; without the box of the deposit, the automatic one takes place. */
export const exemple: FlowExample = {
  departures: {
    complet: () => DELIBERATION,
    'sans dépôt demandé': () => ({ ...DELIBERATION, envoiDepot: false }),
    'sans dépôt, ni signature, ni publication': () => ({
      ...DELIBERATION,
      envoiDepot: false,
      envoiSignature: false,
      publication: false,
    }),
    'sans signature': () => ({ ...DELIBERATION, envoiSignature: false }),
    'archivage seul': () => ({ envoiSignature: false, envoiTdt: false, envoiDepot: false }),
  },
}
