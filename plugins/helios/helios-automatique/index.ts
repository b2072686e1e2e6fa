import { defineFlow } from '#core'
import { extractPes } from '../../steps/tdt-helios/index.ts'
import { deprecatedFields, deprecatedSteps } from '../composition.ts'

/** Replaced by ls-helios; kept for the software that still names it. Steps follow one another by themselves. */
export default defineFlow({
  id: 'helios-automatique',
  version: 1,
  label: 'Helios automatique - déprécié',
  family: 'Finances',
  pastell: 'helios-automatique',
  fields: deprecatedFields,
  extract: { fichierPes: extractPes },
  steps: fields =>
    deprecatedSteps(fields, {
      pace: 'automatic',
      preparations: {
        ...{ signature: 'prepare-iparapheur', tdt: 'prepare-tdt' },
        ...{ ged: 'prepare-ged', sae: 'prepare-sae' },
      },
    }),
})
