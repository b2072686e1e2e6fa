/** A connector that Pastell ships (pastell-domain.md §12.3). */
export interface CatalogueConnector {
  /** `id_connecteur`. */
  readonly id: string
  readonly family: string
  /** Why no connector of ours answers to that name, and what does its work. */
  readonly elsewhere?: string
}

type Line = readonly [family: string, ids: readonly string[]]

const CARRIED: readonly Line[] = [
  ['GED', ['depot-ftp', 'depot-sftp', 'depot-webdav', 'depot-pastell', 'depot-cmis', 'depot-local', 'FakeGED']],
  ['signature', ['iParapheur', 'fast-parapheur', 'fakeIparapheur']],
  ['TdT', ['s2low', 'fast-tdt', 'fakeTdt']],
  ['SAE', ['as@lae-rest', 'vitam', 'fakeSAE', 'FakeSAE']],
  [
    'Bordereau SEDA',
    [
      'generateur-seda-asalae-1.0',
      'generateur-seda-asalae-2.1',
      'generateur-seda-asalae-2.2',
      'generateur-seda-vitam-2.1',
      'generateur-seda',
      'FakeSEDA',
    ],
  ],
  ['mailsec', ['mailsec']],
  ['pdf-relance', ['pdf-relance']],
  ['transformation', ['transformation-generique']],
  ['Glaneur', ['glaneur-sftp', 'recup-fin-parapheur', 'recup-parapheur-corbeille']],
  ['Purge', ['purge']],
  ['PortailFacture', ['cpp', 'chorus-par-csv', 'FakeCPP']],
  ['ParamChorusFournisseur', ['param-chorus-fournisseur']],
  ['ParametrageFlux', ['parametrage-flux-facture-cpp']],
  ['ParametrageFluxFacturePivot', ['parametrage-flux-facture-pivot']],
  ['ParametragePieceMarche', ['parametrage-piece-marche']],
  ['horodateur', ['horodateur-interne']],
  ['convertisseur-office-pdf', ['cloudooo']],
  ['stats', ['stats']],
  ['UndeliveredMail', ['undelivered-mail']],
]

const ELSEWHERE: readonly CatalogueConnector[] = [
  {
    id: 'libersign',
    family: 'signature',
    elsewhere: 'La signature dans le navigateur par une applet n’existe plus : un parapheur signe.',
  },
  {
    id: 'seda-ng',
    family: 'Bordereau SEDA',
    elsewhere: 'Remplacé chez Pastell par les générateurs SEDA, qui sont repris.',
  },
  {
    id: 'classification-cdg',
    family: 'CDG',
    elsewhere: 'La classification vient du tiers de télétransmission lui-même.',
  },
  { id: 'test', family: 'test', elsewhere: 'Sert aux essais de Pastell : les simulations en tiennent lieu.' },
  {
    id: 'empty',
    family: 'empty',
    elsewhere:
      'Tient lieu, chez Pastell, d’un connecteur désinstallé : ici l’instance garde son nom, et son emploi dit qu’il manque.',
  },
  {
    id: 'cas-authentication',
    family: 'Authentification',
    elsewhere:
      'Un connecteur n’ouvre pas de session dans Passeur : voir « Connexion et comptes » des différences voulues.',
  },
  {
    id: 'oidc-authentication',
    family: 'Authentification',
    elsewhere:
      'Un connecteur n’ouvre pas de session dans Passeur : voir « Connexion et comptes » des différences voulues.',
  },
  {
    id: 'ldap-verification',
    family: 'Vérification',
    elsewhere: 'Un connecteur ne crée pas de comptes dans Passeur : ils se gèrent à l’écran ou par l’API.',
  },
  {
    id: 'opensign',
    family: 'horodateur',
    elsewhere: 'Son protocole demande une empreinte SHA-1 : l’horodatage RFC 3161 la remplace.',
  },
  {
    id: 'pes-viewer',
    family: 'visionneuse_pes',
    elsewhere: 'La visionneuse fait partie de Passeur : elle n’appelle aucun serveur.',
  },
  { id: 'help-url', family: 'help-url', elsewhere: 'Chaque flux et chaque étape ont leur page d’aide dans Passeur.' },
  {
    id: 'message-oublie-identifiant',
    family: 'message-oublie-identifiant',
    elsewhere: 'Le texte d’un courriel de la plateforme n’est pas un connecteur.',
  },
]

export const CONNECTORS: readonly CatalogueConnector[] = [
  ...CARRIED.flatMap(([family, ids]) => ids.map(id => ({ id, family }))),
  ...ELSEWHERE,
]

/** `CONNECTORS.md`: what becomes of each. @param carriers our connector for each name that has one */
export const connectorPage = (carriers: ReadonlyMap<string, string>): string =>
  [
    '# Connecteurs de Pastell',
    '',
    'Page produite par `catalogue.test.ts` (`npx vitest run plugins/pastell/catalogue -u`). Un connecteur se crée sous son nom de Pastell',
    '(`id_connecteur`) ; la liste est celle du noyau de Pastell 4.1.',
    '',
    '| `id_connecteur` | Famille | Dans Passeur |',
    '| --- | --- | --- |',
    ...CONNECTORS.map(
      ({ id, family, elsewhere }) =>
        `| \`${id}\` | ${family} | ${elsewhere ?? `[${carriers.get(id) ?? ''}](../../../connectors/${carriers.get(id) ?? ''}/README.md)`} |`,
    ),
    '',
  ].join('\n')
