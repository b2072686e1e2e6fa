import { date, defineFlow, file, flag, longText, text } from '#core'
import { depotAutomatique } from '../../steps/depot-automatique/index.ts'
import { publicationDecp } from '../../steps/publication-decp/index.ts'
import { archivage } from '../../steps/sae/index.ts'
import { consultation, CPV, FAMILY, libelle, typeConsultation } from '../champs.ts'

/** A whole contract file, as one zip, archived (`flows/marches.md`, dossier-marche); its essential data published first if ticked. */
export default defineFlow({
  id: 'dossier-marche',
  version: 1,
  label: 'Dossier de marché (archivage)',
  family: FAMILY,
  pastell: 'dossier-marche',
  fields: {
    libelle,
    typeConsultation: typeConsultation(true),
    ...consultation,
    contenu: text('Contenu du versement', {
      index: true,
      help: 'Pour un versement partiel : ce que ce ZIP contient.',
      pastell: 'contenu_versement',
    }),
    dateDebut: date('Date de début', { required: true, pastell: 'date_debut' }),
    dateFin: date('Date de fin', { required: true, pastell: 'date_fin' }),
    dateNotification: date('Date de notification', { pastell: 'date_notification' }),
    cpv: text('Code CPV', { pattern: CPV, pastell: 'code_cpv' }),
    infructueux: flag('Infructueux', { pastell: 'infructueux' }),
    sansSuite: flag('Sans suite', { pastell: 'sans_suite' }),
    attributaires: longText('Attributaires', { help: 'Un par ligne.', pastell: 'attributaire' }),
    motsCles: longText('Mots-clés', { help: 'Un par ligne.', pastell: 'mot_cle' }),
    zip: file('Dossier (ZIP)', {
      required: true,
      accept: ['application/zip'],
      help: 'Un seul dossier à la racine, qui contient tous les autres.',
      pastell: 'fichier_zip',
    }),
    saeConfig: file("Données du bordereau d'archivage", {
      help: 'Un objet JSON : ses valeurs remplacent celles du document dans le bordereau SEDA.',
      accept: ['application/json'],
      pastell: 'sae_config',
    }),
    publierDecp: flag('Publication des données essentielles (DECP)', {
      help: 'Si elles ne sont pas déjà publiées par votre profil d’acheteur.',
    }),
  },
  steps: ({ libelle: objet, numeroMarche: numero, cpv, dateNotification, publierDecp, zip, saeConfig }) => [
    publicationDecp({ objet, numero, cpv, dateNotification }).when(publierDecp),
    depotAutomatique({ document: zip }),
    archivage({ valeurs: saeConfig }),
  ],
})
