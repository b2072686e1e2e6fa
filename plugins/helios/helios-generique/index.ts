import { formerHelios } from '../../steps/tdt-helios/index.ts'

/** Replaced by ls-helios; kept for the software that still names it. An agent presses « Poursuivre » after each step. */
export default formerHelios({ id: 'helios-generique', label: 'Helios (générique) - déprécié', pace: 'manual' })
