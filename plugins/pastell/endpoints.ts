import type { Verb } from './call.ts'

/** A way into the API, with a request that proves it is there. */
export interface Endpoint {
  /** As `pastell-api.md` §7 writes it. */
  readonly path: string
  readonly verb: Verb
  readonly purpose: string
  /** Path of the sample, from `/api`; `{town}`, `{admin}` are replaced by what the test knows. */
  readonly sample: string
  readonly body?: string
  /** What the sample is answered on a new platform, by an administrator. */
  readonly status: number
  /** The test that goes into the details, beside this file. */
  readonly test: string
}

type Line = readonly [verb: Verb, path: string, purpose: string, sample: string, status: number, body?: string]

const about =
  (test: string) =>
  ([verb, path, purpose, sample, status, body]: Line): Endpoint => ({
    verb,
    path,
    purpose,
    sample,
    status,
    test,
    ...(body === undefined ? {} : { body }),
  })

const UNKNOWN = '999999'
const instance = `/v2/entite/{town}/connecteur/${UNKNOWN}`
const absent = '/v2/entite/{town}/document/aB3xY9z'

const general = (
  [
    ['GET', '/version', 'Version', '/v2/version', 200],
    ['GET', '/api/rest/allo', 'Sonde de supervision', '/rest/allo', 200],
  ] satisfies readonly Line[]
).map(about('front.test.ts'))

const flows = (
  [
    ['GET', '/flux', 'Types de dossier', '/v2/flux', 200],
    ['GET', '/flux/:type', 'Champs d’un type', '/v2/flux/inconnu', 404],
    ['GET', '/flux/:type/action', 'Actions d’un type', '/v2/flux/inconnu/action', 404],
  ] satisfies readonly Line[]
).map(about('flux.test.ts'))

const families = (
  [
    ['GET', '/familleConnecteur', 'Familles de connecteurs', '/v2/familleConnecteur', 200],
    ['GET', '/familleConnecteur/:famille', 'Connecteurs d’une famille', '/v2/familleConnecteur/inconnue', 200],
    [
      'GET',
      '/familleConnecteur/:famille/:id_connecteur',
      'Définition d’un connecteur',
      '/v2/familleConnecteur/GED/inconnu',
      200,
    ],
  ] satisfies readonly Line[]
).map(about('resources/famille-connecteur.test.ts'))

const entities = (
  [
    ['GET', '/entite', 'Entités', '/v2/entite', 200],
    ['GET', '/entite/:id_e', 'Une entité', '/v2/entite/{town}', 200],
    ['POST', '/entite', 'Créer une entité', '/v2/entite', 400],
    ['PATCH', '/entite/:id_e', 'Modifier une entité', '/v2/entite/{town}', 200, 'siren=213400005'],
    ['POST', '/entite/:id_e/activate', 'Activer une entité', '/v2/entite/{town}/activate', 201],
    ['POST', '/entite/:id_e/deactivate', 'Désactiver une entité', `/v2/entite/${UNKNOWN}/deactivate`, 404],
    ['DELETE', '/entite/:id_e', 'Supprimer une entité', `/v2/entite/${UNKNOWN}`, 400],
  ] satisfies readonly Line[]
).map(about('resources/entite.test.ts'))

const accounts = (
  [
    ['GET', '/utilisateur', 'Utilisateurs d’une entité', '/v2/utilisateur', 200],
    ['GET', '/utilisateur/:id_u', 'Un utilisateur', '/v2/utilisateur/{admin}', 200],
    ['POST', '/utilisateur', 'Créer un utilisateur', '/v2/utilisateur', 400],
    ['PATCH', '/utilisateur/:id_u', 'Modifier un utilisateur', `/v2/utilisateur/${UNKNOWN}`, 404],
    ['POST', '/utilisateur/:id_u/activate', 'Activer un utilisateur', '/v2/utilisateur/{admin}/activate', 201],
    ['POST', '/utilisateur/:id_u/deactivate', 'Désactiver un utilisateur', '/v2/utilisateur/{admin}/deactivate', 400],
    ['DELETE', '/utilisateur/:id_u', 'Supprimer un utilisateur', `/v2/utilisateur/${UNKNOWN}`, 404],
    ['GET', '/utilisateur/:id_u/role', 'Rôles d’un utilisateur', '/v2/utilisateur/{admin}/role', 200],
    ['POST', '/utilisateur/:id_u/role', 'Donner un rôle', '/v2/utilisateur/{admin}/role', 404, 'role=inconnu'],
    ['DELETE', '/utilisateur/:id_u/role', 'Retirer un rôle', '/v2/utilisateur/{admin}/role?role=inconnu', 404],
    ['GET', '/utilisateur/token', 'Ses jetons', '/v2/utilisateur/token', 200],
    ['POST', '/utilisateur/token', 'Créer un jeton', '/v2/utilisateur/token', 400],
    ['POST', '/utilisateur/token/:id/renew', 'Renouveler un jeton', `/v2/utilisateur/token/${UNKNOWN}/renew`, 403],
    ['DELETE', '/utilisateur/token/:id', 'Révoquer un jeton', `/v2/utilisateur/token/${UNKNOWN}`, 403],
    ['GET', '/role', 'Rôles que l’on peut donner', '/v2/role', 200],
  ] satisfies readonly Line[]
).map(about('resources/utilisateur.test.ts'))

const connectors = (
  [
    ['GET', '/connecteur/all', 'Tous les connecteurs', '/v2/connecteur/all', 200],
    ['GET', '/entite/:id_e/connecteur', 'Connecteurs d’une entité', '/v2/entite/{town}/connecteur', 200],
    ['GET', '/entite/:id_e/connecteur/:id_ce', 'Un connecteur', instance, 400],
    ['POST', '/entite/:id_e/connecteur', 'Créer un connecteur', '/v2/entite/{town}/connecteur', 400],
    ['PATCH', '/entite/:id_e/connecteur/:id_ce', 'Libellé, fréquence, verrou', instance, 400],
    ['PATCH', '/entite/:id_e/connecteur/:id_ce/content', 'Configuration', `${instance}/content`, 400],
    ['GET', '/entite/:id_e/connecteur/:id_ce/file/:field', 'Fichier de configuration', `${instance}/file/x`, 400],
    ['POST', '/entite/:id_e/connecteur/:id_ce/file/:field', 'Déposer un fichier', `${instance}/file/x`, 400],
    ['DELETE', '/entite/:id_e/connecteur/:id_ce/file/:field', 'Effacer un fichier', `${instance}/file/x`, 400],
    ['GET', '/entite/:id_e/connecteur/:id_ce/externalData/:field', 'Choix', `${instance}/externalData/x`, 400],
    ['PATCH', '/entite/:id_e/connecteur/:id_ce/externalData/:field', 'Choisir', `${instance}/externalData/x`, 400],
    ['POST', '/entite/:id_e/connecteur/:id_ce/action/:action', 'Action', `${instance}/action/x`, 400],
    ['DELETE', '/entite/:id_e/connecteur/:id_ce', 'Supprimer un connecteur', instance, 400],
  ] satisfies readonly Line[]
).map(about('resources/connecteur.test.ts'))

const associations = (
  [
    ['GET', '/entite/:id_e/flux', 'Associations', '/v2/entite/{town}/flux', 200],
    [
      'POST',
      '/entite/:id_e/flux/:flux/connecteur/:id_ce',
      'Associer',
      `/v2/entite/{town}/flux/x/connecteur/${UNKNOWN}`,
      400,
    ],
    ['DELETE', '/entite/:id_e/flux', 'Dissocier', `/v2/entite/{town}/flux?id_fe=${UNKNOWN}`, 400],
    ['POST', '/entite/:id_e/flux/:flux/action', 'Action du connecteur associé', '/v2/entite/{town}/flux/x/action', 400],
  ] satisfies readonly Line[]
).map(about('resources/entite-flux.test.ts'))

const documents = (
  [
    ['GET', '/entite/:id_e/document', 'Lister, chercher', '/v2/entite/{town}/document', 200],
    ['GET', '/entite/:id_e/document?id_d[]=…', 'Plusieurs détails', '/v2/entite/{town}/document?id_d[]=aB3xY9z', 404],
    ['GET', '/document/count', 'Compter', '/v2/document/count', 200],
    ['POST', '/entite/:id_e/document', 'Créer', '/v2/entite/{town}/document', 403, 'type=inconnu'],
    ['GET', '/entite/:id_e/document/:id_d', 'Lire', absent, 404],
    ['PATCH', '/entite/:id_e/document/:id_d', 'Modifier', absent, 404],
    ['GET', '/entite/:id_e/document/:id_d/file/:field', 'Télécharger un fichier', `${absent}/file/x`, 404],
    ['POST', '/entite/:id_e/document/:id_d/file/:field', 'Déposer un fichier', `${absent}/file/x`, 404],
    ['DELETE', '/entite/:id_e/document/:id_d/file/:field', 'Effacer un fichier', `${absent}/file/x`, 404],
    ['GET', '/entite/:id_e/document/:id_d/externalData/:field', 'Choix', `${absent}/externalData/x`, 404],
    ['PATCH', '/entite/:id_e/document/:id_d/externalData/:field', 'Choisir', `${absent}/externalData/x`, 404],
    ['POST', '/entite/:id_e/document/:id_d/action/:action', 'Action', `${absent}/action/x`, 404],
    ['DELETE', '/entite/:id_e/document/:id_d', 'Supprimer', absent, 404],
  ] satisfies readonly Line[]
).map(about('document.test.ts'))

const others = (
  [
    ['GET', '/journal', 'Événements, en JSON ou en CSV', '/v2/journal', 200],
    ['GET', '/journal/:id_j', 'Un événement', `/v2/journal/${UNKNOWN}`, 404],
    ['GET', '/journal/:id_j/jeton', 'Son jeton d’horodatage', `/v2/journal/${UNKNOWN}/jeton`, 404],
    ['GET', '/extension', 'Extensions', '/v2/extension', 200],
    ['POST', '/extension', 'Ajouter une extension', '/v2/extension', 400, 'path=/opt/x'],
    ['GET', '/extension/:id', 'Une extension', '/v2/extension/1', 200],
    ['PATCH', '/extension/:id', 'Modifier une extension', `/v2/extension/${UNKNOWN}`, 404],
    ['DELETE', '/extension/:id', 'Retirer une extension', `/v2/extension/${UNKNOWN}`, 404],
  ] satisfies readonly Line[]
).map(about('resources/journal.test.ts'))

const frequencies = (
  [
    ['GET', '/frequenceConnecteur', 'Fréquences', '/v2/frequenceConnecteur', 200],
    ['POST', '/frequenceConnecteur', 'Créer une fréquence', '/v2/frequenceConnecteur', 400],
    ['GET', '/frequenceConnecteur/:id_cf', 'Une fréquence', `/v2/frequenceConnecteur/${UNKNOWN}`, 404],
    ['PATCH', '/frequenceConnecteur/:id_cf', 'Remplacer une fréquence', `/v2/frequenceConnecteur/${UNKNOWN}`, 404],
    ['DELETE', '/frequenceConnecteur/:id_cf', 'Supprimer une fréquence', `/v2/frequenceConnecteur/${UNKNOWN}`, 200],
  ] satisfies readonly Line[]
).map(about('resources/frequence-connecteur.test.ts'))

/** The 73 endpoints of the second version (pastell-api.md §7). */
export const ENDPOINTS: readonly Endpoint[] = [
  ...general,
  ...flows,
  ...families,
  ...entities,
  ...accounts,
  ...connectors,
  ...associations,
  ...documents,
  ...others,
  ...frequencies,
]

/** The parameters of a script, and the test of the calls it stands for. */
type ScriptLine = readonly [name: string, parameters: string, status: number]

const scripts =
  (test: string) =>
  ([name, body, status]: ScriptLine): Endpoint => ({
    path: `/api/${name}.php`,
    verb: 'POST',
    purpose: '',
    sample: `/${name}.php`,
    status,
    test,
    ...(body === '' ? {} : { body }),
  })

const onTown = 'id_e={town}'
const onInstance = `${onTown}&id_ce=${UNKNOWN}`
const onDocument = `${onTown}&id_d=aB3xY9z`

/** The 45 scripts of the first version (§11); 200 covers every business error. */
export const SCRIPTS: readonly Endpoint[] = [
  ...([['version', '', 200]] satisfies readonly ScriptLine[]).map(scripts('front.test.ts')),
  ...(
    [
      ['document-type', '', 200],
      ['document-type-info', 'type=inconnu', 404],
      ['document-type-action', 'type=inconnu', 404],
    ] satisfies readonly ScriptLine[]
  ).map(scripts('flux.test.ts')),
  ...(
    [
      ['list-roles', '', 200],
      ['list-utilisateur', '', 200],
      ['detail-utilisateur', 'id_u={admin}', 200],
      ['create-utilisateur', '', 200],
      ['modif-utilisateur', `id_u=${UNKNOWN}`, 404],
      ['delete-utilisateur', `id_u=${UNKNOWN}`, 404],
      ['list-role-utilisateur', 'id_u={admin}', 200],
      ['add-role-utilisateur', 'id_u={admin}&role=inconnu', 404],
      ['delete-role-utilisateur', 'id_u={admin}&role=inconnu', 404],
      ['add-several-role-utilisateur', 'id_u={admin}&role[]=inconnu', 404],
      ['delete-several-roles-utilisateur', 'id_u={admin}&role[]=inconnu', 404],
    ] satisfies readonly ScriptLine[]
  ).map(scripts('resources/utilisateur.test.ts')),
  ...(
    [
      ['list-entite', '', 200],
      ['detail-entite', onTown, 200],
      ['create-entite', '', 200],
      ['modif-entite', `id_e=${UNKNOWN}`, 200],
      ['delete-entite', `id_e=${UNKNOWN}`, 200],
    ] satisfies readonly ScriptLine[]
  ).map(scripts('resources/entite.test.ts')),
  ...(
    [
      ['journal', '', 200],
      ['list-extension', '', 200],
      ['edit-extension', 'path=/opt/x', 200],
      ['delete-extension', `id_extension=${UNKNOWN}`, 404],
    ] satisfies readonly ScriptLine[]
  ).map(scripts('resources/journal.test.ts')),
  ...(
    [
      ['list-connecteur-entite', onTown, 200],
      ['detail-connecteur-entite', onInstance, 200],
      ['create-connecteur-entite', onTown, 200],
      ['modif-connecteur-entite', onInstance, 200],
      ['edit-connecteur-entite', onInstance, 200],
      ['delete-connecteur-entite', onInstance, 200],
      ['action-connecteur-entite', `${onTown}&flux=x&type=GED&action=y`, 200],
    ] satisfies readonly ScriptLine[]
  ).map(scripts('resources/connecteur.test.ts')),
  ...(
    [
      ['create-flux-connecteur', `${onInstance}&flux=x&type=GED`, 200],
      ['delete-flux-connecteur', `${onTown}&id_fe=${UNKNOWN}`, 200],
      ['list-flux-connecteur', onTown, 200],
    ] satisfies readonly ScriptLine[]
  ).map(scripts('resources/entite-flux.test.ts')),
  ...(
    [
      ['list-document', onTown, 200],
      ['recherche-document', onTown, 200],
      ['detail-document', onDocument, 404],
      ['detail-several-document', `${onTown}&id_d[]=aB3xY9z`, 404],
      ['create-document', `${onTown}&type=inconnu`, 403],
      ['modif-document', onDocument, 404],
      ['action', `${onDocument}&action=x`, 404],
      ['external-data', `${onDocument}&field=x`, 404],
      ['send-file', `${onDocument}&field=x`, 404],
      ['recuperation-fichier', `${onDocument}&field=x`, 404],
      ['receive-file', `${onDocument}&field_name=x`, 404],
    ] satisfies readonly ScriptLine[]
  ).map(scripts('document.test.ts')),
]

const lines = (endpoints: readonly Endpoint[]): string =>
  endpoints
    .map(
      ({ verb, path, purpose, test }) =>
        `| ${purpose === '' ? '' : `${verb} `}\`${path}\` | ${purpose} | \`${test}\` |`,
    )
    .join('\n')

/** The page that lists them all. */
export const endpointPage = (): string => `# Points d'entrée de l'API de Pastell

Page produite par \`endpoints.test.ts\` (\`npx vitest run plugins/pastell/endpoints.test.ts -u\`), qui envoie à chaque point d'entrée une
demande et vérifie sa réponse. Le test cité entre dans le détail.

## Version 2 : ${ENDPOINTS.length} points d'entrée

| Point d'entrée | Objet | Test |
| --- | --- | --- |
${lines(ENDPOINTS)}

## Version 1 : ${SCRIPTS.length} scripts

| Script | Objet | Test |
| --- | --- | --- |
${lines(SCRIPTS)}
`
