import type { StepExample } from '#core/testing'

/** What playing a signature needs. */
export const exemple: StepExample = {
  corrections: { aIdentifier: [{ dossierId: 'dossier-1' }] },
}
