import { date, defineFlow, longText, text } from '#core'
import { publicationDecp } from '../../steps/publication-decp/index.ts'
import { CPV, FAMILY } from '../champs.ts'

/** Essential data of a contract, published in open data (formats/opendata.md §3). No counterpart in Pastell. */
export default defineFlow({
  id: 'decp',
  version: 1,
  label: 'Données essentielles de marché (DECP)',
  family: FAMILY,
  fields: {
    objet: longText('Objet du marché', { required: true, title: true, max: 1000 }),
    numero: text('Numéro du marché', {
      required: true,
      index: true,
      max: 16,
      help: 'Propre à votre collectivité, seize caractères au plus.',
    }),
    cpv: text('Code CPV', { required: true, pattern: CPV }),
    dateNotification: date('Date de notification', { required: true, notAfterToday: true }),
  },
  steps: ({ objet, numero, cpv, dateNotification }) => [publicationDecp({ objet, numero, cpv, dateNotification })],
})
