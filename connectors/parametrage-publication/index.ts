import { choice, defineConnector, text } from '#core'

/** Who publishes actes as open data: no remote (formats/opendata.md §1). Associated to a parent entity, it serves those below. */
export default defineConnector({
  id: 'parametrage-publication',
  version: 1,
  label: 'Paramétrage de la publication en données ouvertes',
  provides: ['reglages'],
  config: {
    nom: text('Nom officiel de la collectivité', { help: 'Vide : le nom de l’entité qui publie.', max: 256 }),
    siret: text('SIRET de la collectivité', {
      required: true,
      pattern: { regex: '^[0-9]{14}$', message: 'Un SIRET compte quatorze chiffres, sans espace.' },
    }),
    prefecture: text('Identifiant de la préfecture', {
      help: 'Facultatif : « PREF034 », « SPREF0342 » ou « SGAR076 ».',
      pattern: {
        regex: '^((PREF|SGAR)\\d{2}[\\dAB]|SPREF\\d{2}[\\dAB]\\d)$',
        message: 'Écrire « PREF » et le département sur trois caractères, par exemple « PREF034 » ou « SPREF0342 ».',
      },
    }),
    fichiers: choice(
      'Fichiers de données',
      { acte: 'Un fichier par acte', annee: 'Un fichier par année' },
      {
        default: 'acte',
        help: 'Un fichier par année demande un dépôt SFTP, WebDAV, S3 ou local ; Passeur le récrit en entier à chaque publication.',
      },
    ),
    separateur: choice(
      'Séparateur des colonnes',
      { virgule: 'Virgule (format national)', pointVirgule: 'Point-virgule' },
      { default: 'virgule' },
    ),
    adresse: text('Adresse publique des actes', {
      help: 'Facultative : « https://donnees.ville.fr/%dossier%/%fichier% », où les deux noms sont ceux du dépôt.',
      pattern: {
        regex: '^https?://\\S+$',
        message: 'Une adresse commence par « https:// » et ne contient pas d’espace.',
      },
    }),
  },

  connect({ config }) {
    return {
      reglages: { lire: () => Promise.resolve(config) },
      check: () =>
        Promise.resolve(
          `Publication au nom du SIRET ${config.siret}, ${config.fichiers === 'annee' ? 'un fichier de données par année' : 'un fichier de données par acte'}, ${config.adresse === undefined ? "sans adresse publique de l'acte" : `actes lisibles à ${config.adresse}`}.`,
        ),
    }
  },
})
