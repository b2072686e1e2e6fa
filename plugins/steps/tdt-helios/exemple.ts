import type { StepExample } from '#core/testing'

/** What playing a transmission to the treasury needs. */
export const exemple: StepExample = {
  neverReached: {
    refuse: 'Seulement où le flux donne le réglage « arretSurRefus », ce qu’aucun de ceux livrés ne fait.',
  },
  corrections: { aIdentifier: [{ transactionId: '1' }] },
}
