import { formerHelios } from '../../steps/tdt-helios/index.ts'

/** Replaced by ls-helios; kept for the software that still names it. Steps follow one another by themselves. */
export default formerHelios({
  id: 'helios-automatique',
  label: 'Helios automatique - déprécié',
  pace: 'automatic',
  preparations: { signature: 'prepare-iparapheur', tdt: 'prepare-tdt', ged: 'prepare-ged', sae: 'prepare-sae' },
})
