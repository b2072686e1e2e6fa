import { choice, date, defineFlow, files, flag, longText, secret, text } from '#core'
import { essai } from './essai.ts'

export { essai } from './essai.ts'

/** Every kind of field and of action, without a partner: for those who try an installation or a program (`flows/documents-ged-parapheur.md`, test). */
export default defineFlow({
  id: 'test',
  version: 1,
  label: 'Test',
  family: 'Essais',
  pastell: 'test',
  fields: {
    motDePasse: secret('Mot de passe', { max: 200, pastell: 'password', page: 'Onglet' }),
    adresse: text('Adresse', { index: true, pastell: 'test1', page: 'Onglet' }),
    obligatoire: text('Texte obligatoire', { required: true, default: 'foo', pastell: 'test2', page: 'Onglet' }),
    dateIndexee: date('Date indexée', { index: true, default: 'now', pastell: 'date_indexed', page: 'Onglet' }),
    datePassee: date('Date passée', { notAfterToday: true, pastell: 'date_in_the_past', page: 'Onglet' }),
    dateVide: date('Date vide', { pastell: 'date_empty', page: 'Onglet' }),
    nom: text('Nom', { index: true, pastell: 'nom', page: 'Onglet' }),
    prenom: text('Prénom', { index: true, pastell: 'prenom', page: 'Onglet' }),
    caseCochee: flag('Case cochée au départ', { default: true, pastell: 'ma_checkbox', page: 'Onglet' }),
    chiffres: text('Chiffres', {
      title: true,
      pattern: { regex: '^[0-9]*$', message: 'Ce champ ne prend que des chiffres.' },
      pastell: 'toto',
      page: 'Onglet',
    }),
    fichiers: files('Plusieurs fichiers', { pastell: 'fichier', page: 'Onglet' }),
    liste: choice(
      'Choix dans une liste',
      { un: 'Premier', deux: 'Deuxième' },
      { pastell: 'test_external_data', page: 'Onglet' },
    ),
    aRecopier: text('Texte à recopier', { pastell: 'test_on_change', page: 'Onglet' }),
    parDefaut: text('Texte rempli au départ', {
      default: 'Ce texte est là dès la création',
      pastell: 'test_default',
      page: 'Onglet',
    }),
    zone: longText('Zone de texte', { pastell: 'test_textarea_read_write', page: 'Onglet' }),
    saisieSeule: text('Texte de la saisie seule', { pastell: 'test_edit_only', page: 'Onglet' }),
    secondOnglet: text('Texte du second onglet', {
      default: 'Ce texte aussi est là dès la création',
      pastell: 'test_default_onglet_2',
      page: 'Onglet 2',
    }),
  },
  steps: ({ adresse }) => [essai({ adresse })],
})
