import { formerActes } from '../../steps/tdt-actes/index.ts'

/** Replaced by ls-actes; kept for the software that still names it. Steps follow one another by themselves. */
export default formerActes({
  id: 'actes-automatique',
  label: 'Actes automatique - déprécié',
  pace: 'automatic',
  preparations: { signature: 'prepare-iparapheur', tdt: 'prepare-tdt', ged: 'prepare-ged', sae: 'prepare-sae' },
})
