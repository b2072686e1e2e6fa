import { file } from '#core'

interface Place {
  readonly page: string
}

/** What the business software decides of the archive, asked for only when there is one. */
export const donneesBordereau = ({ page }: Place) =>
  file("Données du bordereau d'archivage", {
    help: 'Un objet JSON : ses valeurs remplacent celles du document dans le bordereau SEDA.',
    accept: ['application/json'],
    when: { field: 'envoiSae', is: true },
    pastell: 'sae_config',
    page,
  })
