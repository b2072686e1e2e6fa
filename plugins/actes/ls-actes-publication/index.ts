import { defineFlow, file, files, flag, text } from '#core'
import { depotGed } from '../../steps/ged/index.ts'
import { transformation } from '../../steps/transformation/index.ts'

/** An acte and its data files, published in a repository (`flows/actes.md`, ls-actes-publication). */
export default defineFlow({
  id: 'ls-actes-publication',
  version: 1,
  label: 'Actes : publication',
  family: 'Actes administratifs',
  pastell: 'ls-actes-publication',
  fields: {
    numero: text("Numéro de l'acte", {
      required: true,
      title: true,
      index: true,
      pattern: {
        regex: '^[0-9A-Z_]{2,15}$',
        message:
          'Le numéro compte 2 à 15 caractères, lettres majuscules sans accent, chiffres et « _ » : par exemple « DEL_2026_012 ».',
      },
      pastell: 'numero_de_lacte',
    }),
    acte: file('Acte (PDF)', { required: true, accept: ['application/pdf'], pastell: 'document_acte' }),
    json: file('Données JSON', {
      required: true,
      accept: ['application/json', 'text/plain'],
      pastell: 'document_json',
    }),
    csv: file('Données CSV', {
      required: true,
      accept: ['application/csv', 'text/csv', 'text/plain'],
      pastell: 'document_csv',
    }),
    annexes: files('Annexes (PDF)', { accept: ['application/pdf'], pastell: 'document_annexes' }),
    envoiDepot: flag('Dépôt en GED', { pastell: 'envoi_depot' }),
  },
  steps: ({ envoiDepot }) => [transformation({}), depotGed({}).when(envoiDepot)],
})
