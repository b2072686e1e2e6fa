import { defineFlow } from '#core'
import { extractPes } from '../../steps/tdt-helios/index.ts'
import { deprecatedFields, deprecatedSteps } from '../composition.ts'

/** Replaced by ls-helios; kept for the software that still names it. An agent presses « Poursuivre » after each step. */
export default defineFlow({
  id: 'helios-generique',
  version: 1,
  label: 'Helios (générique) - déprécié',
  family: 'Finances',
  pastell: 'helios-generique',
  fields: deprecatedFields,
  extract: { fichierPes: extractPes },
  steps: fields => deprecatedSteps(fields, { pace: 'manual' }),
})
