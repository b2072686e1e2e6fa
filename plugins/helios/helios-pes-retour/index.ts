import { date, defineFlow, file, flag, text } from '#core'
import { depotGed } from '../../steps/ged/index.ts'
import { extractRetour, lectureRetour } from './lecture.ts'

export { lectureRetour } from './lecture.ts'

/** PES retour of the treasury: received from the TdT, read, deposited if ticked (`flows/helios.md`, helios-pes-retour). */
export default defineFlow({
  id: 'helios-pes-retour',
  version: 1,
  label: 'Helios PES Retour',
  family: 'Finances',
  pastell: 'helios-pes-retour',
  fields: {
    objet: text('Objet', {
      required: true,
      title: true,
      help: 'Repris du nom du PES si vous le laissez vide.',
      pastell: 'objet',
    }),
    fichierPes: file('Fichier PES retour', { required: true, accept: ['application/xml'], pastell: 'fichier_pes' }),
    idRetour: text('Identifiant au TdT', { hidden: true, index: true, pastell: 'id_retour' }),
    dateTdt: date('Date de réception au TdT', { pastell: 'date_tdt' }),
    envoiGed: flag('Dépôt en GED', { pastell: 'envoi_ged' }),
  },
  extract: { fichierPes: extractRetour },
  steps: ({ fichierPes, envoiGed }) => [lectureRetour({ pes: fichierPes }), depotGed({}).when(envoiGed)],
})
