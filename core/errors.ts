/**
 * Every error that leaves the hub, in one place: a stable code for machines, a status for HTTP, a French sentence for people.
 * What is thrown below HTTP (documents, connectors, access) uses the same catalogue, so that one rule has one wording.
 */

/** One field that prevents a request from being accepted. */
export interface FieldProblem {
  /** Full name of the field: `values.objet` for a body, `limite` for a query. */
  readonly field: string
  readonly message: string
  readonly code: string
}

export interface Explanation {
  /** What is particular to this case: a second sentence. */
  readonly detail?: string | undefined
  readonly fields?: readonly FieldProblem[] | undefined
  /** Seconds before trying again makes sense. */
  readonly retryAfter?: number | undefined
  /** Headers that go with the answer. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly cause?: unknown
}

/** An error with a code: `application/problem+json` when it reaches HTTP, a sentence everywhere else. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly code: string
  readonly status: number
  readonly detail: string | undefined
  readonly fields: readonly FieldProblem[] | undefined
  readonly retryAfter: number | undefined
  readonly headers: Readonly<Record<string, string>> | undefined

  constructor(definition: ProblemDefinition, { detail, fields, retryAfter, headers, cause }: Explanation = {}) {
    super(definition.title, { cause })
    this.code = definition.code
    this.status = definition.status
    this.detail = detail
    this.fields = fields
    this.retryAfter = retryAfter
    this.headers = headers
  }
}

export interface ProblemDefinition {
  readonly code: string
  readonly status: number
  readonly title: string
}

export type ProblemMaker = ((explanation?: Explanation) => Problem) & ProblemDefinition

/** Declares an error: `throw errors.documentMoved()`, or with what is particular to the case, `errors.actionRefused({ detail })`. */
export const define = (code: string, status: number, title: string): ProblemMaker => {
  const definition: ProblemDefinition = { code, status, title }
  return Object.assign((explanation?: Explanation) => new Problem(definition, explanation), definition)
}

export const errors = {
  notSignedIn: define(
    'non_authentifie',
    401,
    "Vous n'êtes pas connecté, ou votre session a expiré : connectez-vous et recommencez.",
  ),
  badCredentials: define(
    'identifiants_invalides',
    401,
    "L'identifiant ou le mot de passe est incorrect : vérifiez la saisie et recommencez.",
  ),
  tooManyAttempts: define(
    'trop_de_tentatives',
    429,
    'Trop de tentatives de connexion ont échoué : patientez avant de recommencer.',
  ),
  tooManyRequests: define(
    'trop_de_demandes',
    429,
    'Trop de demandes en une minute : patientez avant de recommencer, puis espacez-les.',
  ),
  programAccount: define(
    'compte_de_programme',
    403,
    "Ce compte est réservé aux programmes et n'ouvre pas l'interface : utilisez un compte d'agent.",
  ),
  badCsrf: define(
    'jeton_csrf_invalide',
    403,
    "La demande ne vient pas d'une page ouverte dans votre session : rechargez la page et recommencez.",
  ),
  notAllowed: define(
    'droit_insuffisant',
    403,
    "Vous n'avez pas le droit nécessaire sur cette entité : demandez-le à son administrateur.",
  ),
  routeNotFound: define(
    'route_introuvable',
    404,
    "Cette adresse n'existe pas : vérifiez-la dans la description de l'API.",
  ),
  entityNotFound: define(
    'entite_introuvable',
    404,
    "Cette entité n'existe pas, ou vous n'y avez pas accès : choisissez-en une autre.",
  ),
  tokenNotFound: define(
    'jeton_introuvable',
    404,
    "Ce jeton n'existe pas, ou il n'est pas à vous : rechargez la liste.",
  ),
  roleNotFound: define('role_introuvable', 404, "Ce rôle n'existe pas, ou il a été supprimé : rechargez la liste."),
  userNotFound: define('utilisateur_introuvable', 404, "Cet utilisateur n'existe pas : rechargez la liste."),
  flowNotFound: define(
    'flux_introuvable',
    404,
    "Ce flux n'existe pas, ou vous n'y avez pas accès : choisissez-en un autre.",
  ),
  groupNotFound: define(
    'groupe_introuvable',
    404,
    "Ce groupe de champs n'existe pas, ou il a été supprimé : rechargez la liste.",
  ),
  contactNotFound: define(
    'contact_introuvable',
    404,
    "Ce contact n'est pas dans l'annuaire de cette entité : il a peut-être été supprimé, rechargez la liste.",
  ),
  mailGroupNotFound: define(
    'groupe_annuaire_introuvable',
    404,
    "Ce groupe n'est pas dans l'annuaire de cette entité : il a peut-être été supprimé, rechargez la liste.",
  ),
  documentNotFound: define(
    'document_introuvable',
    404,
    "Ce document n'existe pas dans cette entité : il a peut-être été supprimé, rechargez la liste.",
  ),
  lineNotFound: define(
    'ligne_introuvable',
    404,
    "Cette ligne n'est pas dans le journal de cette entité : vérifiez son numéro.",
  ),
  lineNotStamped: define(
    'ligne_non_horodatee',
    409,
    "Cette ligne n'est pas encore horodatée : sa preuve existera après le prochain horodatage du journal.",
  ),
  instanceNotFound: define(
    'connecteur_introuvable',
    404,
    "Ce connecteur n'existe pas dans cette entité : il a peut-être été supprimé, rechargez la liste.",
  ),
  recordingNotFound: define(
    'enregistrement_introuvable',
    404,
    "Cet enregistrement n'existe pas, n'est pas terminé ou a été effacé : rechargez la liste.",
  ),
  reportNotFound: define(
    'rapport_introuvable',
    404,
    "Ce rapport n'existe pas, ou il a laissé sa place à de plus récents : rechargez la liste.",
  ),
  batchNotFound: define(
    'lot_introuvable',
    404,
    "Ce lot n'existe pas, n'est pas à vous ou a été effacé : rechargez la liste.",
  ),
  fileNotFound: define(
    'fichier_introuvable',
    404,
    "Ce fichier n'est pas dans le document : il a peut-être été remplacé, rechargez la page.",
  ),
  subscriptionNotFound: define(
    'abonnement_introuvable',
    404,
    "Cet abonnement n'existe pas, ou n'existe plus : rechargez la page de vos notifications.",
  ),
  uploadNotFound: define(
    'depot_introuvable',
    404,
    "Ce dépôt n'existe pas, a expiré, a déjà servi ou n'est pas à vous : recommencez l'envoi du fichier.",
  ),
  uploadMoved: define(
    'depot_decale',
    409,
    "L'envoi ne reprend pas là où ce dépôt s'est arrêté, ou une autre demande l'a repris : demandez où il en est (HEAD).",
  ),
  uploadAltered: define(
    'empreinte_differente',
    460,
    "Ce qui est arrivé n'a pas l'empreinte annoncée : rien n'en est gardé, envoyez à nouveau ces octets.",
  ),
  tusVersion: define(
    'version_tus_inconnue',
    412,
    'Le protocole tus est pris en charge en version 1.0.0 : annoncez-la dans Tus-Resumable.',
  ),
  methodNotAllowed: define(
    'methode_non_autorisee',
    405,
    "Cette adresse n'accepte pas cette méthode : consultez la description de l'API.",
  ),
  unsupportedMedia: define(
    'contenu_non_pris_en_charge',
    415,
    "Le corps de la demande n'est pas dans le format attendu : envoyez du JSON (application/json), sans compression.",
  ),
  unreadableBody: define(
    'corps_illisible',
    400,
    'Le corps de la demande ne se lit pas : vérifiez le JSON ou le formulaire envoyé, puis recommencez.',
  ),
  bodyTooLarge: define(
    'corps_trop_volumineux',
    413,
    'Le corps de la demande est trop volumineux : les fichiers se déposent par leur propre adresse.',
  ),
  fileTooLarge: define('fichier_trop_volumineux', 413, 'Le fichier est trop volumineux : réduisez-le ou découpez-le.'),
  badRange: define(
    'plage_invalide',
    416,
    'La partie demandée est hors du fichier : demandez-en une autre, ou le fichier entier.',
  ),
  badRequest: define('requete_invalide', 400, "L'adresse demandée comporte un paramètre invalide : corrigez-le."),
  badInput: define('saisie_invalide', 422, 'Certains champs sont à corriger avant de continuer.'),
  documentMoved: define(
    'document_deja_modifie',
    409,
    'Ce document a été modifié entre-temps : rechargez la page pour voir la dernière version.',
  ),
  flowMoved: define(
    'flux_deja_modifie',
    409,
    'Ce flux a été modifié entre-temps : rechargez la page pour voir la dernière rédaction.',
  ),
  versionMismatch: define(
    'version_depassee',
    412,
    'Ce document a été modifié depuis que vous l’avez lu (If-Match) : relisez-le, puis recommencez.',
  ),
  inFlight: define(
    'envoi_en_cours',
    409,
    "Un envoi est en cours sur ce document : attendez qu'il se termine avant de le modifier.",
  ),
  actionRefused: define('action_refusee', 422, "Cette action n'est pas possible sur ce document dans son état actuel."),
  keyReused: define(
    'cle_deja_employee',
    422,
    "Cette clé d'idempotence a déjà servi à une autre demande : employez-en une nouvelle.",
  ),
  keyPending: define(
    'demande_deja_recue',
    409,
    "Une demande est déjà partie sous cette clé et n'a pas encore sa réponse : patientez, ou vérifiez ce qu'elle a créé avant d'employer une autre clé.",
  ),
  conflict: define('conflit', 409, 'Cette demande contredit ce qui existe déjà.'),
  entityInactive: define(
    'entite_inactive',
    409,
    "Cette entité est inactive : réactivez-la avant d'y créer quoi que ce soit.",
  ),
  remoteUnavailable: define(
    'service_distant_indisponible',
    502,
    "Le service distant n'a pas répondu comme prévu : réessayez plus tard, ou testez le connecteur.",
  ),
  unavailable: define(
    'service_indisponible',
    503,
    'Passeur ne peut pas répondre pour le moment : réessayez dans un instant.',
  ),
  internal: define(
    'erreur_interne',
    500,
    "Une erreur imprévue est survenue : réessayez, et si elle persiste transmettez l'identifiant à votre administrateur.",
  ),
} as const
