import type { Condition } from '../../authoring/conditions.ts'
import type { FieldKind } from '../../authoring/fields.ts'
import type { CompiledState } from '../../engine/model.ts'
import Type, { type Static, type TProperties, type TSchema } from 'typebox'

/** What the routes speak about, as it travels. A title makes it a named component of the description of the API. */

/** An object that may only hold what it names: bodies of requests. */
export const exactly = <P extends TProperties>(title: string, properties: P) =>
  Type.Object(properties, { title, additionalProperties: false })

const named = <P extends TProperties>(title: string, description: string, properties: P) =>
  Type.Object(properties, { title, description })

/** The same schema, said in the words of the place where it stands. */
export const said = <S extends TSchema>(description: string, schema: S): S => ({ ...schema, description })
export const text = (description: string) => Type.String({ description })
export const flag = (description: string) => Type.Boolean({ description })
export const whole = (description: string) => Type.Integer({ description })
export const texts = (description: string) => Type.Array(Type.String(), { description })
/** One of a few words; each says what it means. */
export const word = (meanings: Readonly<Record<string, string>>) =>
  Type.Unsafe<string>({
    type: 'string',
    enum: Object.keys(meanings),
    description: Object.entries(meanings)
      .map(([value, meaning]) => `${value} : ${meaning}`)
      .join(' ; '),
  })
export const orNull = <S extends TSchema>(schema: S, description?: string) => {
  // What is said of the value is said of the place that may hold nothing.
  const words = description ?? (schema as { readonly description?: string }).description
  return Type.Union([schema, Type.Null()], words === undefined ? {} : { description: words })
}
export const listOf = <S extends TSchema>(
  item: S,
  description = 'Tous les éléments : cette liste tient en une page.',
) => Type.Object({ items: Type.Array(item, { description }) })
/** Cursor at the end of a page. */
export const Next = orNull(Type.String(), 'À donner dans « apres » pour lire la page suivante ; null à la fin.')

export const Id = Type.String({ pattern: '^[0-9]{1,18}$' })
export const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' })
export const Instant = Type.String({ format: 'date-time' })
const instant = (description: string) => said(description, Instant)
/** Full name of a field: `objet`, `tdtActes.numero`. */
export const FieldName = Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_.-]*$', maxLength: 200 })

export const EntityParams = Type.Object({ entityId: Id })

const STATE_KINDS: Readonly<Record<CompiledState['kind'], string>> = {
  draft: 'brouillon',
  running: 'la machine ou un partenaire travaille',
  trouble: 'en erreur, une personne doit agir',
  uncertain: 'on ne sait pas si l’envoi est parti, une personne tranche',
  stopped: 'arrêté sans faute (refus, annulation)',
  over: 'fin d’une étape, en attente d’une décision',
  done: 'terminé',
  abandoned: 'abandonné',
}

const FIELD_KINDS: Readonly<Record<FieldKind, string>> = {
  text: 'texte d’une ligne',
  longText: 'texte de plusieurs lignes',
  number: 'nombre',
  date: 'jour (AAAA-MM-JJ)',
  flag: 'case à cocher',
  url: 'adresse',
  secret: 'secret, jamais relu',
  secretFile: 'fichier secret, jamais relu',
  file: 'un fichier',
  files: 'plusieurs fichiers',
  choice: 'choix parmi « choices »',
  remoteChoice: 'choix proposé par le service distant (« …/choix/{field} »)',
  pieceTypes: 'type de chaque pièce',
  mailList: 'adresses électroniques',
  rows: 'lignes, décrites par « fields »',
}

const SEEN_FIELD = {
  name: text('Nom complet : « objet », « tdtActes.numero ».'),
  label: text('Nom affiché.'),
  kind: word(FIELD_KINDS),
}

export const Entity = named('Entity', 'Une collectivité, un de ses services, ou la racine.', {
  id: said('Identifiant de l’entité.', Id),
  name: text('Dénomination.'),
  siren: orNull(Type.String(), 'Neuf chiffres.'),
  kind: word({
    racine: 'toute la plateforme',
    collectivite: 'collectivité',
    centre_de_gestion: 'centre de gestion',
    service: 'service d’une collectivité',
  }),
  parentId: orNull(Id, 'Entité dont elle dépend ; null pour la racine, ou si vous ne pouvez pas voir cette mère.'),
  active: flag('Faux : rien de nouveau ne peut y être créé.'),
  rights: Type.Optional(texts('Vos droits sur elle, quand on la lit seule : « ls-actes:edition ».')),
})

export const User = named('User', 'Un compte, d’agent ou de programme.', {
  id: said('Identifiant du compte.', Id),
  login: text('Nom de connexion.'),
  firstName: text('Prénom.'),
  lastName: text('Nom de famille.'),
  email: orNull(Type.String(), 'Adresse où il reçoit ses notifications.'),
  entityId: said('Entité qui gère ce compte.', Id),
  enabled: flag('Faux : il ne peut plus se connecter, ses jetons non plus.'),
  program: flag('Compte de programme : il n’ouvre pas l’interface.'),
  createdAt: instant('Création du compte.'),
})

export const Grant = named('Grant', 'Un rôle donné à un compte.', {
  entityId: said('Entité où il vaut, avec celles qui en dépendent.', Id),
  role: text('Identifiant du rôle.'),
})

export const Role = named('Role', 'Un ensemble de droits qui se donne d’un coup.', {
  id: text('Identifiant : lettres minuscules, chiffres, tirets.'),
  label: text('Nom affiché.'),
  rights: texts('Droits, « * » valant pour tous : « ls-actes:* », « *:lecture ».'),
})

const token = {
  id: said('Identifiant du jeton.', Id),
  name: text('Nom donné à sa création.'),
  createdAt: instant('Création.'),
  expiresAt: orNull(Instant, 'Fin de validité ; null : sans fin.'),
  lastUsedAt: orNull(Instant, 'Dernier usage ; null : jamais employé.'),
  entities: orNull(
    Type.Array(Id),
    'Seules entités où il vaut, avec celles qui en dépendent ; null : celles du compte.',
  ),
  flows: orNull(Type.Array(Type.String()), 'Seuls flux où il vaut ; null : ceux du compte.'),
  readOnly: flag('Toute écriture lui est refusée.'),
}
export const Token = named('Token', 'Un jeton d’accès, sans sa valeur.', token)
export const NewTokenView = named('NewTokenView', 'Un jeton d’accès qui vient de naître.', {
  ...token,
  token: text('Sa valeur, montrée cette seule fois : « Authorization: Bearer <valeur> ».'),
})

export const Session = named('Session', 'Qui est connecté.', {
  user: Type.Object(
    {
      id: said('Identifiant du compte.', Id),
      login: text('Nom de connexion.'),
      firstName: text('Prénom.'),
      lastName: text('Nom de famille.'),
      email: orNull(Type.String(), 'Adresse électronique.'),
    },
    { description: 'Le compte.' },
  ),
  csrf: text('À renvoyer dans X-CSRF-Token avec tout ce qui n’est pas un GET ; vide sans session.'),
  home: said('Entité du compte, montrée d’abord.', Id),
})

/** Recursive, which Ajv need not check in an answer: the description of the API says it whole (`openapi.ts`). */
export const ConditionSchema = Type.Unsafe<Condition>({
  title: 'Condition',
  type: 'object',
  description: 'Condition sur les champs du document, par leur nom complet.',
})

const Choice = named('Choice', 'Un choix proposé.', {
  value: text('Valeur à enregistrer.'),
  label: text('Texte à montrer.'),
  level: Type.Optional(whole('Profondeur dans une arborescence, depuis 0.')),
  selectable: Type.Optional(flag('Faux : un titre, qui ne se choisit pas.')),
})
export const Choices = named('Choices', 'Ce qu’un service distant propose pour un champ.', {
  choices: Type.Array(Choice, { description: 'Les choix, dans l’ordre où les montrer.' }),
  fetchedAt: instant('Lecture chez le service distant ; elle sert quelque temps.'),
})

const fieldProperties = {
  ...SEEN_FIELD,
  required: flag('Sans lui, le document ne peut pas partir.'),
  computed: flag('Rempli par la machine, jamais saisi.'),
  editable: flag('Vous pouvez le modifier maintenant.'),
  help: Type.Optional(text('Explication à montrer près du champ.')),
  choices: Type.Optional(
    Type.Array(Type.Object({ value: text('Valeur à enregistrer.'), label: text('Texte à montrer.') }), {
      description: 'Choix d’un champ « choice », dans l’ordre.',
    }),
  ),
  pattern: Type.Optional(
    Type.Object(
      {
        regex: text('Expression rationnelle que toute la valeur vérifie.'),
        message: text('Phrase si elle ne la vérifie pas.'),
      },
      { description: 'Forme attendue d’un texte.' },
    ),
  ),
  accept: Type.Optional(texts('Types de fichiers acceptés : « application/pdf ».')),
  maxBytes: Type.Optional(whole('Taille d’un fichier, en octets, au plus.')),
  min: Type.Optional(Type.Number({ description: 'Plus petit nombre accepté.' })),
  max: Type.Optional(
    Type.Number({ description: 'Plus grand nombre, ou plus grand nombre de caractères ou de fichiers, accepté.' }),
  ),
  default: Type.Optional(Type.Unknown({ description: 'Valeur d’un nouveau document.' })),
  of: Type.Optional(texts('« pieceTypes » : noms complets des champs qui portent les pièces, dans l’ordre.')),
  by: Type.Optional(texts('Noms complets des champs dont dépend la liste des choix.')),
  notAfterToday: Type.Optional(flag('Une date à venir est refusée.')),
  when: Type.Optional(ConditionSchema),
}
/** A field of kind `rows` describes what one row holds; rows of rows hold the same. */
export const FieldView = named('FieldView', 'Un champ : ce qu’il demande, et comment le montrer.', {
  ...fieldProperties,
  fields: Type.Optional(
    Type.Array(Type.Object(fieldProperties), { description: '« rows » : ce que porte une ligne.' }),
  ),
  nested: Type.Optional(flag('« rows » : une ligne peut en porter d’autres, sous « enfants ».')),
})

export const PageView = named('PageView', 'Une page de saisie.', {
  title: text('Titre de la page.'),
  step: orNull(Type.String(), 'Étape qui demande ces champs ; null pour les pages du flux.'),
  when: orNull(ConditionSchema, 'La page n’est à montrer que si cette condition est vraie ; null : toujours.'),
  fields: Type.Array(FieldView, { description: 'Ses champs, dans l’ordre.' }),
})

export const StateView = named('StateView', 'Un état d’un document.', {
  name: text('Nom complet : « brouillon », « visa.signe ».'),
  label: text('Nom affiché.'),
  kind: word(STATE_KINDS),
  help: Type.Optional(text('Ce qui s’est passé et quoi faire, pour un agent : là où une personne doit agir.')),
})

const flow = {
  id: text('Identifiant du flux : « ls-actes ».'),
  label: text('Nom affiché.'),
  family: text('Famille sous laquelle il est rangé.'),
}
const versioned = { ...flow, version: whole('Version que suivent les nouveaux documents.') }

export const FlowSummary = named('FlowSummary', 'Un flux, tel que le voit ce compte dans cette entité.', {
  ...flow,
  canCreate: flag('Vous pouvez y créer un document de ce flux.'),
})

export const FlowView = named('FlowView', 'Un flux : sa saisie et ses états.', {
  ...versioned,
  pages: Type.Array(PageView, { description: 'Pages de saisie d’un nouveau document.' }),
  states: Type.Array(StateView, { description: 'Tous les états possibles.' }),
  indexed: Type.Array(Type.Object(SEEN_FIELD), { description: 'Champs cherchables à part, par « champ.NOM ».' }),
})

export const FlowHelp = named('FlowHelp', 'La page d’aide d’un flux.', {
  ...versioned,
  help: text('La page d’aide des agents, en Markdown.'),
})

const FlowFault = Type.Object({
  at: text('Pointeur JSON dans le flux : « /steps/1/bindings/document ».'),
  message: text('Ce qui ne va pas, et quoi faire.'),
})
const faults = Type.Array(FlowFault, { description: 'Tout ce qui empêcherait de le publier ; vide : rien.' })

/** Said whole by its own schema, which Ajv compiles: `/schemas/flux.json`. */
export const StudioFlowBody = Type.Unsafe<object>({
  type: 'object',
  description: 'Un flux sans code, décrit par le schéma publié : /schemas/flux.json.',
})

const studioSummary = {
  ...flow,
  state: word({
    brouillon: 'jamais publié',
    publie: 'ouvert aux nouveaux documents',
    retire: 'fermé aux nouveaux documents, les autres finissent',
  }),
  published: orNull(Type.Integer(), 'Dernière version publiée ; null : aucune.'),
  changed: flag('Le brouillon dit autre chose que la version publiée.'),
  updatedAt: instant('Dernier enregistrement du brouillon.'),
}
export const StudioSummary = named('StudioSummary', 'Un flux du studio, en bref.', studioSummary)
export const StudioDetail = named('StudioDetail', 'Un flux du studio, avec son brouillon.', {
  ...studioSummary,
  draft: StudioFlowBody,
  revision: whole('Révision du brouillon, à rendre dans If-Match ou « version » pour le modifier.'),
  faults,
  versions: Type.Array(
    Type.Object({
      version: whole('Numéro.'),
      publishedAt: instant('Publication.'),
      publishedBy: orNull(Type.String(), 'Qui l’a publiée ; null si on ne le sait plus.'),
      changes: texts('Ce qu’elle change de la précédente, une phrase courte par changement.'),
    }),
    { description: 'Versions publiées.' },
  ),
})
const stateCount = {
  version: whole('Version que ces documents suivent.'),
  state: text('Nom complet de l’état.'),
  label: text('Nom affiché de l’état.'),
  count: whole('Nombre de documents.'),
}
export const StudioOpenDocuments = named(
  'StudioOpenDocuments',
  'Où en sont les documents en cours d’un flux du studio.',
  {
    current: whole('Version que suivent les nouveaux documents.'),
    states: Type.Array(
      Type.Object({
        ...stateCount,
        stays: orNull(Type.String(), 'Pourquoi ils resteraient dans leur version ; null : ils suivraient.'),
      }),
      { description: 'Une ligne par version et par état.' },
    ),
    targets: Type.Array(Type.Object({ name: text('Nom complet de l’état.'), label: text('Nom affiché.') }), {
      description: 'États de la version publiée où un document peut être placé : ceux où il reste.',
    }),
  },
)
export const StudioPassage = named('StudioPassage', 'Ce qu’est devenue une page de documents en cours.', {
  moved: whole('Documents passés à la version publiée.'),
  stayed: Type.Array(Type.Object({ ...stateCount, why: text('Pourquoi ils sont restés.') }), {
    description: 'Ceux qui sont restés, par version, état et raison.',
  }),
  next: Next,
})
export const StudioCheck = named('StudioCheck', 'Ce qu’un flux donnerait s’il était publié.', {
  faults,
  fields: Type.Array(Type.Object(SEEN_FIELD), {
    description: 'Ses champs, ceux des étapes compris ; vide s’il est fautif.',
  }),
  steps: Type.Array(Type.Object({ alias: text('Nom de l’étape dans ce flux.'), label: text('Nom affiché.') }), {
    description: 'Ses étapes, dans l’ordre ; vide s’il est fautif.',
  }),
  vanished: Type.Array(Type.Object(stateCount), {
    description:
      'États que ce flux n’aurait plus et où des documents en cours se trouvent : ils y resteraient, dans leur version.',
  }),
  mermaid: orNull(Type.String(), 'Son cheminement en Mermaid ; null s’il est fautif.'),
  svg: orNull(Type.String(), 'Son cheminement dessiné ; null s’il est fautif.'),
})
const InputView = Type.Object({ ...SEEN_FIELD, required: flag('L’étape ne se fait pas sans lui.') })
const NamedLabel = Type.Object({ name: text('Nom dans l’étape.'), label: text('Nom affiché.') })
export const StepView = named('StepView', 'Une étape qu’un flux peut employer.', {
  id: text('Identifiant de l’étape.'),
  label: text('Nom affiché.'),
  inputs: Type.Array(InputView, { description: 'Ce que le flux doit lui donner.' }),
  fields: Type.Array(InputView, { description: 'Champs qu’elle apporte au document.' }),
  states: Type.Array(NamedLabel, { description: 'Ses états.' }),
  tasks: Type.Array(NamedLabel, { description: 'Ses tâches.' }),
  refusable: flag('Elle connaît un refus, après lequel un flux peut poursuivre.'),
  configurable: flag('Elle attend des réglages du flux.'),
})
export const StudioGroup = named('StudioGroup', 'Des champs gardés une fois, que plusieurs flux emploient.', {
  id: text('Identifiant du groupe.'),
  revision: whole('Nombre de fois où il a été enregistré.'),
  contents: Type.Unsafe<object>({ type: 'object', description: 'Libellé et champs, comme dans un flux.' }),
})

const summary = {
  id: text('Identifiant du document.'),
  entityId: said('Entité à laquelle il appartient.', Id),
  flow: text('Identifiant de son flux.'),
  flowLabel: text('Nom de son flux.'),
  title: text('Titre, tiré de ses champs ; peut être vide.'),
  state: StateView,
  message: text('Où il en est, en une phrase ; peut être vide.'),
  version: whole('Monte à chaque changement ; à rendre dans If-Match ou « version » pour le modifier.'),
  createdAt: instant('Création.'),
  updatedAt: instant('Dernier changement.'),
  stateSince: instant('Entrée dans son état.'),
}
export const DocumentSummary = named('DocumentSummary', 'Un document, en bref.', summary)
export const DocumentPage = named('DocumentPage', 'Une page de documents.', {
  items: Type.Array(DocumentSummary, { description: 'Les documents de la page.' }),
  next: Next,
})

const RouteStep = named('RouteStep', 'Une étape du cheminement d’un document.', {
  alias: text('Nom de l’étape dans ce flux.'),
  label: text('Nom affiché.'),
  status: word({
    done: 'faite',
    current: 'en cours',
    trouble: 'une personne doit agir',
    stopped: 'le cheminement s’y est arrêté sans faute',
    todo: 'à venir',
    skipped: 'ne sera pas faite',
  }),
  since: orNull(Instant, 'Arrivée dans cette étape ; null : pas encore.'),
  states: Type.Array(
    Type.Object({
      name: text('Nom complet de l’état.'),
      label: text('Nom affiché.'),
      at: instant('Arrivée dans cet état.'),
    }),
    { description: 'États atteints, dans l’ordre.' },
  ),
})

export const BUTTON_KINDS = { primary: 'ce qu’on attend de l’agent', normal: 'possible aussi', danger: 'à confirmer' }

const ActionView = named('ActionView', 'Ce que vous pouvez demander pour ce document.', {
  name: text('À donner à « …/actions/{action} », ou à « …/pages/{link} » si « opens ».'),
  label: text('Texte du bouton.'),
  enabled: flag('Possible maintenant ; sinon « reason » dit pourquoi pas.'),
  reason: Type.Optional(text('Pourquoi elle n’est pas possible, et quoi faire.')),
  confirm: Type.Optional(text('Question à poser avant de la demander.')),
  kind: word(BUTTON_KINDS),
  opens: Type.Optional(
    Type.Literal(true, { description: 'Mène à une page du service distant, dont l’adresse se demande à chaque fois.' }),
  ),
})

export const DocumentView = named('DocumentView', 'Un document, tel que ce compte le voit.', {
  ...summary,
  values: Type.Record(Type.String(), Type.Unknown(), {
    description: 'Valeurs, par nom complet de champ ; un fichier : { sha256, name, size, type }.',
  }),
  secretsSet: texts('Champs secrets qui sont renseignés ; leur valeur n’est jamais donnée.'),
  pages: Type.Array(PageView, { description: 'Pages de saisie, dans l’ordre.' }),
  route: Type.Array(RouteStep, { description: 'Cheminement, étape par étape.' }),
  actions: Type.Array(ActionView, { description: 'Actions, permises ou non pour l’instant.' }),
  problems: Type.Array(
    Type.Object({ field: text('Nom complet du champ.'), message: text('Ce qui manque ou ne va pas.') }),
    { description: 'Ce qui empêche encore de l’envoyer ; vide : rien.' },
  ),
  inFlight: flag('Un envoi est en cours : rien ne peut être changé avant sa réponse.'),
  nextTry: orNull(Instant, 'Prochain essai de la machine ; null : elle n’a rien à faire.'),
  waitsForConnector: flag('Un connecteur est suspendu ou manque : « message » dit lequel.'),
})

export const UploadView = named('UploadView', 'Un fichier déposé en plusieurs fois.', {
  id: text('À donner comme valeur d’un champ de fichier : {"upload": "…"}.'),
  name: text('Nom du fichier.'),
  length: whole('Octets annoncés.'),
  received: whole('Octets gardés.'),
  createdAt: instant('Annonce.'),
  expiresAt: instant('Effacement, s’il n’est ni continué ni employé.'),
})

export const JournalEntry = named('JournalEntry', 'Une ligne du journal d’un document.', {
  seq: whole('Rang dans le journal de l’entité.'),
  at: instant('Moment du fait.'),
  kind: text('Nature du fait : « state » pour un état atteint, sinon une action, une modification, un essai…'),
  stateKind: orNull(word(STATE_KINDS), 'Sorte de l’état atteint ; null pour tout autre fait.'),
  event: text('Nom complet de l’état ou de la tâche, ou nom du fait.'),
  label: text('Le même, comme on l’affiche ; peut être vide.'),
  message: text('Ce qui s’est passé.'),
  author: orNull(Type.String(), 'Qui l’a fait ; null : la machine.'),
  hash: text('Empreinte de la ligne, chaînée à la précédente de l’entité.'),
  stamped: flag('La ligne est dans un bloc horodaté : sa preuve se télécharge.'),
})
export const JournalProofView = named(
  'JournalProof',
  'Ce qui prouve, sans aucune autre ligne, qu’une ligne du journal existait quand son bloc a été horodaté.',
  {
    line: Type.Object(
      {
        seq: whole('Rang dans le journal de l’entité.'),
        text: text('Texte haché, à l’octet près : tout ce que la ligne contient, et l’empreinte de la précédente.'),
        hash: text('SHA-256 de ce texte.'),
      },
      { description: 'La ligne.' },
    ),
    path: Type.Array(
      Type.Object({
        side: word({ left: 'l’empreinte est à gauche', right: 'à droite' }),
        hash: text('SHA-256, en hexadécimal.'),
      }),
      { description: 'De la ligne à la racine : l’empreinte à joindre à chaque étage, et de quel côté.' },
    ),
    block: Type.Object(
      {
        first: whole('Première ligne du bloc.'),
        last: whole('Dernière ligne du bloc.'),
        hash: text('Racine de l’arbre des lignes du bloc.'),
        text: text('Texte horodaté, à l’octet près.'),
        stampedAt: instant('Heure du jeton.'),
        authority: text('Qui a signé le jeton.'),
        token: text('Jeton RFC 3161 (DER), en base64.'),
      },
      { description: 'Le bloc horodaté où elle se trouve.' },
    ),
    howTo: texts('Comment vérifier, étape par étape, avec OpenSSL.'),
  },
)
export const JournalPage = named('JournalPage', 'Une page du journal.', {
  items: Type.Array(JournalEntry, { description: 'Les lignes, de la plus récente à la plus ancienne.' }),
  next: Next,
})

export const ConnectorType = named('ConnectorType', 'Un connecteur installé, que les entités peuvent régler.', {
  id: text('Identifiant du connecteur.'),
  version: whole('Version de ses réglages.'),
  label: text('Nom affiché.'),
  provides: texts('Capacités qu’il offre aux étapes : « signature », « ged »…'),
  fields: Type.Array(FieldView, { description: 'Ses réglages, dans l’ordre.' }),
  schedules: Type.Array(
    Type.Object({ name: text('Nom, à donner à « …/taches/{schedule} ».'), label: text('Nom affiché.') }),
    { description: 'Ce qu’il fait de lui-même à intervalles.' },
  ),
  forbidden: orNull(
    Type.String(),
    'Pourquoi il ne s’ajoute pas sur cette plateforme, qui interdit les simulations ; null quand il s’ajoute.',
  ),
  help: text('Sa page d’aide, en Markdown.'),
})

/** How an instance is called: what an administrator sets, `null` for the connector's own. */
export const PACE = {
  polling:
    'Intervalle entre deux interrogations (« 15 min », plusieurs paliers séparés par des virgules) ; null : celui du connecteur.',
  patience: 'Silence après lequel un document est en retard (« 3 jours ») ; null : celle du connecteur.',
  concurrency: 'Appels en même temps, au plus ; null : ceux du connecteur.',
  spacing: 'Temps entre deux appels (« 2 s ») ; null : celui du connecteur.',
}

export const InstanceView = named('InstanceView', 'Un connecteur réglé pour une entité.', {
  id: said('Identifiant de ce connecteur réglé.', Id),
  entityId: said('Entité qui le possède.', Id),
  connector: text('Identifiant du connecteur installé.'),
  connectorLabel: text('Nom du connecteur installé.'),
  label: text('Nom donné par l’administrateur.'),
  provides: texts('Capacités qu’il offre aux étapes.'),
  config: Type.Record(Type.String(), Type.Unknown(), { description: 'Ses réglages, sans les secrets.' }),
  secretsSet: texts('Secrets qui sont renseignés ; leur valeur n’est jamais donnée.'),
  status: word({
    ok: 'en service',
    suspended: 'suspendu jusqu’à ce qu’un administrateur y remédie',
    breaker: 'le service distant ne répond pas, les essais sont espacés',
  }),
  statusMessage: text('Pourquoi il n’est pas en service ; vide sinon.'),
  inherited: flag('Il vient d’une entité au-dessus.'),
  polling: orNull(Type.String(), PACE.polling),
  patience: orNull(Type.String(), PACE.patience),
  concurrency: orNull(Type.Integer(), PACE.concurrency),
  spacing: orNull(Type.String(), PACE.spacing),
})

export const RecordingView = named('RecordingView', 'Un échange enregistré avec un service distant, ou demandé.', {
  id: said('Identifiant de l’enregistrement.', Id),
  status: word({
    waiting: 'le prochain échange sera enregistré',
    running: 'l’échange est en cours',
    ready: 'à télécharger',
    lost: 'l’échange a été interrompu',
  }),
  askedAt: instant('Demande.'),
  askedBy: orNull(Type.String(), 'Qui l’a demandé.'),
  askedUntil: instant('Passé ce moment, la demande tombe.'),
  occasion: text('Ce qui a occasionné l’échange ; vide tant qu’il n’a pas eu lieu.'),
  takenAt: orNull(Instant, 'Moment de l’échange.'),
  size: orNull(Type.Integer(), 'Taille, en octets.'),
  forgottenAt: instant('Effacement.'),
})

export const ReportView = named('ReportView', 'Un texte laissé par une tâche périodique à l’administrateur.', {
  id: said('Identifiant du rapport.', Id),
  name: text('Nom du fichier.'),
  at: instant('Moment où il a été écrit.'),
  size: whole('En octets.'),
})

export const AssociationView = named('AssociationView', 'Ce qui sert un emplacement d’un flux.', {
  flow: text('Identifiant du flux.'),
  slot: text('Emplacement : l’étape du flux qui a besoin d’un connecteur.'),
  slotLabel: text('Nom affiché de l’emplacement.'),
  capability: text('Capacité que le connecteur doit offrir.'),
  instanceId: orNull(Id, 'Connecteur qui le sert ; null : aucun.'),
  inheritedFrom: orNull(Id, 'Entité au-dessus dont vient ce choix ; null : il est fait ici.'),
})

export type EntityView = Static<typeof Entity>
export type SessionView = Static<typeof Session>
