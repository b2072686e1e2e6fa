import { formerActes } from '../../steps/tdt-actes/index.ts'

/** Replaced by ls-actes; kept for the software that still names it. An agent presses « Poursuivre » after each step. */
export default formerActes({ id: 'actes-generique', label: 'Actes (générique) - déprécié', pace: 'manual' })
