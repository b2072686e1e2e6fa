import { defineFlow, flag, text } from '#core'
import { convocation } from '../../steps/convocation/index.ts'
import { depotGed } from '../../steps/ged/index.ts'
import { versementSeance } from '../../steps/versement-seance/index.ts'

/** A meeting of an assembly: called, followed, then deposited and archived if the boxes are ticked. Pastell has no such flow. */
export default defineFlow({
  id: 'seance',
  version: 1,
  label: 'Séances',
  family: 'Assemblées',
  maxBytes: 1_073_741_824,
  fields: {
    objet: text('Objet', {
      required: true,
      title: true,
      max: 255,
      help: 'Par exemple « Conseil municipal de rentrée ».',
    }),
    assemblee: text('Assemblée', { max: 255, index: true, help: 'Par exemple « Conseil municipal ».' }),
    envoiDepot: flag('Dépôt en GED'),
    envoiArchivage: flag('Archivage du dossier de séance'),
  },
  steps({ objet, envoiDepot, envoiArchivage }) {
    const seance = convocation({})
    const { date, heure, type, lieu, invitation, projets, autresDocuments, convoques, preuves } = seance.fields
    return [
      seance,
      depotGed({}).when(envoiDepot),
      versementSeance({
        titre: objet,
        date,
        heure,
        type,
        lieu,
        convocation: seance.fields.convocation,
        invitation,
        projets,
        autresDocuments,
        convoques,
        preuves,
      }).when(envoiArchivage),
    ]
  },
})
