import { ConfigurationError } from '#core'
import type { Reglages } from '#core'
import type { Separateur } from './colonnes.ts'

/** What the administrator settled for the authority. */
export interface ReglagesPublication {
  readonly siret: string
  /** Official name; the one of the entity when there is none. */
  readonly nom: string | undefined
  readonly prefecture: string | undefined
  readonly separateur: Separateur
  /** One file of data for each acte, or one for all those of a year. */
  readonly parAnnee: boolean
  /** Where anybody will read the acte, as the administrator wrote it; `%dossier%` and `%fichier%` are those of the deposit. */
  adresse(dossier: string, fichier: string): string | undefined
}

/** @throws ConfigurationError when what is associated knows nothing of publications */
export const lireReglages = async (reglages: Reglages): Promise<ReglagesPublication> => {
  const settings = await reglages.lire()
  const named = (name: string): string | undefined => {
    const value = settings[name]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const siret = named('siret')
  if (siret === undefined)
    throw new ConfigurationError(
      'Le connecteur associé aux réglages de la publication ne donne pas de SIRET : associez « Paramétrage de la publication en données ouvertes ».',
    )
  return {
    siret,
    nom: named('nom'),
    prefecture: named('prefecture'),
    separateur: named('separateur') === 'pointVirgule' ? ';' : ',',
    parAnnee: named('fichiers') === 'annee',
    adresse: (dossier, fichier) =>
      named('adresse')
        ?.replaceAll('%dossier%', () => encodeURIComponent(dossier))
        .replaceAll('%fichier%', () => encodeURIComponent(fichier)),
  }
}
