import type { StepExample } from '#core/testing'

/** What playing a publication needs: the settings of the authority, which may want one file for the year. */
export const exemple: StepExample = {
  settings: { siret: '21340000500011', nom: 'Ville de Démonstration' },
  answers: { reglages: { lire: { parAnnee: async ({ real }) => ({ ...(await real()), fichiers: 'annee' }) } } },
}
