import { file } from '#core'

interface Place {
  readonly page: string
}

/** The flow reads nothing in it: a transformation does. */
export const metadonnees = ({ page }: Place) =>
  file('Fichier de métadonnées', {
    help: 'JSON de préférence, ou XML : lu par la transformation, s’il y en a une.',
    pastell: 'metadonnees',
    page,
  })

/** What the business software decides of the archive, asked for only when there is one. */
export const donneesBordereau = ({ page }: Place) =>
  file("Données du bordereau d'archivage", {
    help: 'Un objet JSON : ses valeurs remplacent celles du document dans le bordereau SEDA.',
    accept: ['application/json'],
    when: { field: 'envoiSae', is: true },
    pastell: 'sae_config',
    page,
  })
