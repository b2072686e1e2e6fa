import type { Condition } from '../../authoring/conditions.ts'
import Type, { type Static, type TProperties, type TSchema } from 'typebox'

/** What the routes speak about, as it travels. A title makes it a named component of the description of the API. */

/** An object that may only hold what it names: bodies of requests. */
export const exactly = <P extends TProperties>(title: string, properties: P) =>
  Type.Object(properties, { title, additionalProperties: false })

const named = <P extends TProperties>(title: string, properties: P) => Type.Object(properties, { title })
export const orNull = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()])
export const listOf = <S extends TSchema>(item: S) => Type.Object({ items: Type.Array(item) })

export const Id = Type.String({ pattern: '^[0-9]{1,18}$' })
export const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' })
export const Instant = Type.String({ format: 'date-time' })
/** Full name of a field: `objet`, `tdtActes.numero`. */
export const FieldName = Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_.-]*$', maxLength: 200 })

export const EntityParams = Type.Object({ entityId: Id })

export const Entity = named('Entity', {
  id: Id,
  name: Type.String(),
  siren: orNull(Type.String()),
  kind: Type.String(),
  parentId: orNull(Id),
  active: Type.Boolean(),
  rights: Type.Optional(Type.Array(Type.String())),
})

export const User = named('User', {
  id: Id,
  login: Type.String(),
  firstName: Type.String(),
  lastName: Type.String(),
  email: orNull(Type.String()),
  entityId: Id,
  enabled: Type.Boolean(),
  program: Type.Boolean(),
  createdAt: Instant,
})

export const Grant = named('Grant', { entityId: Id, role: Type.String() })

export const Role = named('Role', { id: Type.String(), label: Type.String(), rights: Type.Array(Type.String()) })

const token = {
  id: Id,
  name: Type.String(),
  createdAt: Instant,
  expiresAt: orNull(Instant),
  lastUsedAt: orNull(Instant),
  entities: orNull(Type.Array(Id)),
  flows: orNull(Type.Array(Type.String())),
  readOnly: Type.Boolean(),
}
export const Token = named('Token', token)
export const NewTokenView = named('NewTokenView', { ...token, token: Type.String() })

export const Session = named('Session', {
  user: Type.Object({
    id: Id,
    login: Type.String(),
    firstName: Type.String(),
    lastName: Type.String(),
    email: orNull(Type.String()),
  }),
  csrf: Type.String(),
  home: Id,
})

/** Recursive, which would make it unreadable here: `authoring/conditions.ts` says it all. */
const ConditionSchema = Type.Unsafe<Condition>({
  type: 'object',
  description: '{ field, is } | { filled } | { all } | { any } | { not }',
})

const Choice = named('Choice', {
  value: Type.String(),
  label: Type.String(),
  level: Type.Optional(Type.Integer()),
  selectable: Type.Optional(Type.Boolean()),
})
export const Choices = named('Choices', { choices: Type.Array(Choice), fetchedAt: Instant })

const fieldProperties = {
  name: Type.String(),
  label: Type.String(),
  kind: Type.String(),
  required: Type.Boolean(),
  computed: Type.Boolean(),
  editable: Type.Boolean(),
  help: Type.Optional(Type.String()),
  choices: Type.Optional(Type.Array(Type.Object({ value: Type.String(), label: Type.String() }))),
  pattern: Type.Optional(Type.Object({ regex: Type.String(), message: Type.String() })),
  accept: Type.Optional(Type.Array(Type.String())),
  maxBytes: Type.Optional(Type.Integer()),
  min: Type.Optional(Type.Number()),
  max: Type.Optional(Type.Number()),
  default: Type.Optional(Type.Unknown()),
  of: Type.Optional(Type.Array(Type.String())),
  by: Type.Optional(Type.Array(Type.String())),
  notAfterToday: Type.Optional(Type.Boolean()),
  when: Type.Optional(ConditionSchema),
}
/** A field of kind `rows` describes what one row holds; rows of rows hold the same. */
export const FieldView = named('FieldView', {
  ...fieldProperties,
  fields: Type.Optional(Type.Array(Type.Object(fieldProperties))),
  nested: Type.Optional(Type.Boolean()),
})

export const PageView = named('PageView', {
  title: Type.String(),
  step: orNull(Type.String()),
  when: orNull(ConditionSchema),
  fields: Type.Array(FieldView),
})

export const StateView = named('StateView', { name: Type.String(), label: Type.String(), kind: Type.String() })

export const FlowSummary = named('FlowSummary', {
  id: Type.String(),
  label: Type.String(),
  family: Type.String(),
  canCreate: Type.Boolean(),
})

export const FlowView = named('FlowView', {
  id: Type.String(),
  version: Type.Integer(),
  label: Type.String(),
  family: Type.String(),
  pages: Type.Array(PageView),
  states: Type.Array(StateView),
  indexed: Type.Array(Type.Object({ name: Type.String(), label: Type.String(), kind: Type.String() }), {
    description: 'Champs cherchables à part, par « champ.NOM ».',
  }),
})

export const FlowHelp = named('FlowHelp', {
  id: Type.String(),
  version: Type.Integer(),
  label: Type.String(),
  family: Type.String(),
  help: Type.String({ description: 'La page d’aide des agents, en Markdown.' }),
})

const FlowFault = Type.Object({
  at: Type.String({ description: 'Pointeur JSON dans le flux : « /steps/1/bindings/document ».' }),
  message: Type.String(),
})

/** Said whole by its own schema, which Ajv compiles: `/schemas/flux.json`. */
export const StudioFlowBody = Type.Unsafe<object>({
  type: 'object',
  description: 'Un flux sans code, décrit par le schéma publié : /schemas/flux.json.',
})

const studioSummary = {
  id: Type.String(),
  label: Type.String(),
  family: Type.String(),
  state: Type.String({ description: 'brouillon, publie ou retire.' }),
  published: orNull(Type.Integer()),
  changed: Type.Boolean({ description: 'Le brouillon dit autre chose que la version publiée.' }),
  updatedAt: Instant,
}
export const StudioSummary = named('StudioSummary', studioSummary)
export const StudioDetail = named('StudioDetail', {
  ...studioSummary,
  draft: StudioFlowBody,
  revision: Type.Integer(),
  faults: Type.Array(FlowFault),
  versions: Type.Array(
    Type.Object({ version: Type.Integer(), publishedAt: Instant, publishedBy: orNull(Type.String()) }),
  ),
})
export const StudioCheck = named('StudioCheck', {
  faults: Type.Array(FlowFault),
  fields: Type.Array(Type.Object({ name: Type.String(), label: Type.String(), kind: Type.String() })),
  steps: Type.Array(Type.Object({ alias: Type.String(), label: Type.String() })),
  mermaid: orNull(Type.String()),
  svg: orNull(Type.String()),
})
const InputView = Type.Object({
  name: Type.String(),
  label: Type.String(),
  kind: Type.String(),
  required: Type.Boolean(),
})
export const StepView = named('StepView', {
  id: Type.String(),
  label: Type.String(),
  inputs: Type.Array(InputView),
  fields: Type.Array(InputView),
  configurable: Type.Boolean({ description: 'Elle attend des réglages du flux.' }),
})
export const StudioGroup = named('StudioGroup', {
  id: Type.String(),
  revision: Type.Integer(),
  contents: Type.Unsafe<object>({ type: 'object', description: 'Libellé et champs, comme dans un flux.' }),
})

const summary = {
  id: Type.String(),
  entityId: Id,
  flow: Type.String(),
  flowLabel: Type.String(),
  title: Type.String(),
  state: StateView,
  message: Type.String(),
  version: Type.Integer(),
  createdAt: Instant,
  updatedAt: Instant,
  stateSince: Instant,
}
export const DocumentSummary = named('DocumentSummary', summary)
export const DocumentPage = named('DocumentPage', { items: Type.Array(DocumentSummary), next: orNull(Type.String()) })

const RouteStep = named('RouteStep', {
  alias: Type.String(),
  label: Type.String(),
  status: Type.String(),
  since: orNull(Instant),
  states: Type.Array(Type.Object({ name: Type.String(), label: Type.String(), at: Instant })),
})

const ActionView = named('ActionView', {
  name: Type.String(),
  label: Type.String(),
  enabled: Type.Boolean(),
  reason: Type.Optional(Type.String()),
  confirm: Type.Optional(Type.String()),
  kind: Type.String(),
  opens: Type.Optional(Type.Literal(true)),
})

export const DocumentView = named('DocumentView', {
  ...summary,
  values: Type.Record(Type.String(), Type.Unknown()),
  secretsSet: Type.Array(Type.String(), {
    description: 'Champs secrets qui sont renseignés ; leur valeur n’est jamais donnée.',
  }),
  pages: Type.Array(PageView),
  route: Type.Array(RouteStep),
  actions: Type.Array(ActionView),
  problems: Type.Array(Type.Object({ field: Type.String(), message: Type.String() })),
  inFlight: Type.Boolean(),
  nextTry: orNull(Instant),
  waitsForConnector: Type.Boolean(),
})

export const UploadView = named('UploadView', {
  id: Type.String({ description: 'À donner comme valeur d’un champ de fichier : {"upload": "…"}.' }),
  name: Type.String(),
  length: Type.Integer({ description: 'Octets annoncés.' }),
  received: Type.Integer({ description: 'Octets gardés.' }),
  createdAt: Instant,
  expiresAt: Instant,
})

export const JournalEntry = named('JournalEntry', {
  seq: Type.Integer(),
  at: Instant,
  kind: Type.String(),
  stateKind: orNull(Type.String()),
  event: Type.String(),
  label: Type.String(),
  message: Type.String(),
  author: orNull(Type.String()),
  hash: Type.String(),
})
export const JournalPage = named('JournalPage', { items: Type.Array(JournalEntry), next: orNull(Type.String()) })

export const ConnectorType = named('ConnectorType', {
  id: Type.String(),
  version: Type.Integer(),
  label: Type.String(),
  provides: Type.Array(Type.String()),
  fields: Type.Array(FieldView),
  schedules: Type.Array(Type.Object({ name: Type.String(), label: Type.String() })),
  help: Type.String(),
})

export const InstanceView = named('InstanceView', {
  id: Id,
  entityId: Id,
  connector: Type.String(),
  connectorLabel: Type.String(),
  label: Type.String(),
  provides: Type.Array(Type.String()),
  config: Type.Record(Type.String(), Type.Unknown()),
  secretsSet: Type.Array(Type.String()),
  status: Type.String(),
  statusMessage: Type.String(),
  inherited: Type.Boolean(),
  polling: orNull(Type.String()),
  patience: orNull(Type.String()),
  concurrency: orNull(Type.Integer()),
  spacing: orNull(Type.String()),
})

export const RecordingView = named('RecordingView', {
  id: Id,
  status: Type.String({ description: 'waiting, running, ready ou lost.' }),
  askedAt: Instant,
  askedBy: orNull(Type.String()),
  askedUntil: Instant,
  occasion: Type.String(),
  takenAt: orNull(Instant),
  size: orNull(Type.Integer()),
  forgottenAt: Instant,
})

export const ReportView = named('ReportView', {
  id: Id,
  name: Type.String(),
  at: Instant,
  size: Type.Integer({ description: 'En octets.' }),
})

export const AssociationView = named('AssociationView', {
  flow: Type.String(),
  slot: Type.String(),
  slotLabel: Type.String(),
  capability: Type.String(),
  instanceId: orNull(Id),
  inheritedFrom: orNull(Id),
})

export type EntityView = Static<typeof Entity>
export type SessionView = Static<typeof Session>
