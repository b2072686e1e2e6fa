import type { StepExample } from '#core/testing'

/** What playing a publication needs: the settings of the authority. */
export const exemple: StepExample = {
  settings: { siret: '21340000500011', nom: 'Ville de Démonstration' },
}
