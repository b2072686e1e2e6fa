import Type, { type Static, type TSchema } from 'typebox'
import type { Condition } from '../../authoring/conditions.ts'
import type { FieldOptions, FieldSpec } from '../../authoring/fields.ts'
import type { Binding, PlacedStep } from '../../authoring/steps.ts'

/** Where the schema of this file is published, below the public address of the hub. */
export const SCHEMA_PATH = '/schemas/flux.json'

/** Kinds of field that a person may put on the first page: the others ask a connector, hold a secret, or repeat a group. */
export const STUDIO_KINDS = [
  'text',
  'longText',
  'number',
  'date',
  'flag',
  'url',
  'file',
  'files',
  'choice',
  'mailList',
] as const

const closed = { additionalProperties: false } as const

/** Names that become properties of objects: those every object already has are not taken. */
const NAME = '(?!(?:constructor|toString|valueOf|hasOwnProperty|isPrototypeOf)$)[A-Za-z]\\w{0,63}'
const FULL_NAME = `${NAME}(?:\\.[A-Za-z]\\w{0,63})?`
const FLOW_ID = '[a-z0-9][a-z0-9-]{0,44}'
const ANYTHING = '.{1,100}'

const text = (pattern: string) => Type.String({ pattern: `^${pattern}$` })
const Name = text(NAME)
const FullName = text(FULL_NAME)
const Label = Type.String({ minLength: 1, maxLength: 200 })
export const FlowId = Type.String({
  pattern: `^${FLOW_ID}$`,
  description: 'Minuscules, chiffres et tirets, 45 caractères au plus.',
})

/** An object whose keys are of one form. */
const dictionary = <V extends TSchema>(keys: string, value: V, options: object = {}) =>
  Type.Unsafe<Readonly<Record<string, Static<V>>>>({
    type: 'object',
    patternProperties: { [`^${keys}$`]: value },
    ...closed,
    ...options,
  })

/** The first of these shapes whose mark is there, else the last: Ajv then says what is wrong in that one, not in all of them. */
const byMark = (shapes: readonly (readonly [mark: string, shape: TSchema])[], otherwise: TSchema): TSchema =>
  shapes.reduceRight<TSchema>(
    (rest, [mark, shape]) => Type.Unsafe({ if: { required: [mark] }, then: shape, else: rest }),
    otherwise,
  )

const ConditionRef = Type.Unsafe<Condition>({ $ref: '#/$defs/condition' })
const ConditionSchema = {
  title: 'Condition',
  description: 'Sur les valeurs des champs, par leur nom complet (`envoiGed`, `visa.signe`).',
  type: 'object',
  ...byMark(
    [
      ['filled', Type.Object({ filled: FullName }, closed)],
      ['all', Type.Object({ all: Type.Array(ConditionRef) }, closed)],
      ['any', Type.Object({ any: Type.Array(ConditionRef) }, closed)],
      ['not', Type.Object({ not: ConditionRef }, closed)],
    ],
    Type.Object({ field: FullName, is: Type.Unsafe({ type: ['string', 'number', 'boolean'] }) }, closed),
  ),
}

/** What may be said of a field: `FieldOptions`, all of which survives JSON. */
const Options = Type.Unsafe<FieldOptions & { readonly when?: Condition; readonly page?: string }>(
  Type.Object(
    {
      required: Type.Optional(Type.Boolean()),
      computed: Type.Optional(Type.Boolean({ description: 'Montré, jamais demandé.' })),
      hidden: Type.Optional(Type.Boolean()),
      help: Type.Optional(Type.String({ maxLength: 2_000 })),
      pattern: Type.Optional(
        Type.Object({ regex: Type.String({ maxLength: 1_000 }), message: Type.String({ maxLength: 500 }) }, closed),
      ),
      min: Type.Optional(Type.Number()),
      max: Type.Optional(Type.Number()),
      accept: Type.Optional(Type.Array(Type.String({ pattern: '^[\\w.+-]+/[\\w.+*-]+$' }), { maxItems: 50 })),
      maxBytes: Type.Optional(Type.Integer({ minimum: 1 })),
      default: Type.Optional(Type.Unsafe({ type: ['string', 'boolean', 'number'] })),
      title: Type.Optional(Type.Boolean({ description: 'Le document porte le nom de ce champ.' })),
      index: Type.Optional(Type.Boolean({ description: 'Cherchable à part.' })),
      notAfterToday: Type.Optional(Type.Boolean()),
      page: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
      when: Type.Optional(ConditionRef),
      equals: Type.Optional(
        Type.Object(
          { field: Name, message: Type.Optional(Type.String({ maxLength: 500 })) },
          { ...closed, description: 'Doit répéter ce champ, sinon la phrase est montrée.' },
        ),
      ),
      pastell: Type.Optional(Type.String({ maxLength: 100, description: 'Nom public chez Pastell.' })),
    },
    closed,
  ),
)

const FieldSchema = Type.Object(
  {
    kind: Type.Unsafe({ enum: STUDIO_KINDS }),
    label: Label,
    options: Type.Optional(Options),
    choices: Type.Optional(dictionary(ANYTHING, Label, { description: 'Pour « choice » : code → libellé.' })),
  },
  { ...closed, title: 'Champ' },
)

const GroupUse = Type.Object(
  {
    group: FlowId,
    label: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: 'Mis devant chaque libellé.' })),
  },
  {
    ...closed,
    title: 'Groupe de champs',
    description: 'À sa place dans le formulaire ; la clé sert de préfixe aux noms : `agent` donne `agent_nom`.',
  },
)

export const FieldGroupSchema = Type.Object(
  {
    label: Label,
    fields: dictionary(NAME, FieldSchema, { minProperties: 1, maxProperties: 100 }),
  },
  { ...closed, title: 'Groupe' },
)

const Step = Type.Object(
  {
    step: Type.String({ minLength: 1, maxLength: 100, description: 'Identifiant de l’étape : `signature`, `ged`…' }),
    alias: Name,
    label: Type.Optional(Label),
    bindings: dictionary(
      NAME,
      Type.Unsafe<Binding>({
        if: { type: 'string' },
        then: FullName,
        else: Type.Object({ firstOf: Type.Array(FullName, { minItems: 1, maxItems: 20 }) }, closed),
      }),
      { description: 'Entrée de l’étape → champ, ou le premier rempli de plusieurs.' },
    ),
    when: Type.Optional(ConditionRef),
    alwaysAsked: Type.Optional(
      Type.Literal(true, { description: 'Ses champs sont demandés même au document qui saute l’étape.' }),
    ),
    manual: Type.Optional(Type.Literal(true, { description: 'Après l’étape, le document attend « Poursuivre ».' })),
    goesOnAfterRefusal: Type.Optional(
      Type.Literal(true, { description: 'Un refus termine l’étape comme un succès : le document poursuit.' }),
    ),
    settings: Type.Optional(dictionary(ANYTHING, Type.String({ maxLength: 20_000 }))),
    pastell: Type.Optional(dictionary(ANYTHING, Type.String({ maxLength: 100 }))),
    labels: Type.Optional(
      dictionary(ANYTHING, Label, {
        description: 'Libellés propres à ce flux : `states.envoye`, `tasks.envoyer`, `fields.circuit`.',
      }),
    ),
  },
  { ...closed, title: 'Étape' },
)

/** A flow drawn without code, as it is written, exported and imported. What it becomes when published is a `StoredFlow`. */
export const StudioFlowSchema = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    id: FlowId,
    label: Label,
    family: Label,
    description: Type.Optional(
      Type.String({ maxLength: 20_000, description: 'La page d’aide des agents, en Markdown.' }),
    ),
    fields: dictionary(NAME, byMark([['group', GroupUse]], FieldSchema), { maxProperties: 300 }),
    steps: Type.Array(Step, { maxItems: 50 }),
    groups: Type.Optional(
      dictionary(FLOW_ID, FieldGroupSchema, {
        description: 'Groupes propres à ce flux ; les autres sont pris parmi ceux de la plateforme.',
      }),
    ),
    maxBytes: Type.Optional(Type.Integer({ minimum: 1 })),
    pastell: Type.Optional(Type.String({ maxLength: 100 })),
    companion: Type.Optional(
      Type.Literal(true, { description: 'Formulaire d’un destinataire : aucun agent n’en commence un document.' }),
    ),
  },
  { ...closed, title: 'StudioFlow' },
)

export type StudioField = Pick<FieldSpec, 'kind' | 'label' | 'choices'> & { readonly options?: FieldOptions }
export interface GroupPlaced {
  readonly group: string
  readonly label?: string
}
export interface FieldGroup {
  readonly label: string
  readonly fields: Readonly<Record<string, StudioField>>
}
export interface StudioFlow {
  readonly $schema?: string
  readonly id: string
  readonly label: string
  readonly family: string
  readonly description?: string
  readonly fields: Readonly<Record<string, StudioField | GroupPlaced>>
  readonly steps: readonly PlacedStep[]
  readonly groups?: Readonly<Record<string, FieldGroup>>
  readonly maxBytes?: number
  readonly pastell?: string
  readonly companion?: true
}

/** What becomes of names that a version no longer has. A step's alias stands for everything of that step. */
export const UpgradeSchema = Type.Object(
  {
    rename: Type.Optional(
      dictionary(FULL_NAME, FullName, { description: 'Nom de la version d’avant → nom dans celle-ci.' }),
    ),
    forget: Type.Optional(Type.Array(FullName, { maxItems: 1_000, description: 'Noms abandonnés.' })),
  },
  { ...closed, title: 'Upgrade', description: 'Ce que deviennent les noms que cette version n’a plus.' },
)
export type Upgrade = Static<typeof UpgradeSchema>

/** The whole schema, without an address: what Ajv compiles. */
export const flowSchema: Readonly<Record<string, unknown>> = {
  ...StudioFlowSchema,
  $defs: { condition: ConditionSchema },
}

export const groupSchema: Readonly<Record<string, unknown>> = {
  ...FieldGroupSchema,
  $defs: { condition: ConditionSchema },
}

/**
 * The published JSON Schema (2020-12) of a flow drawn without code.
 * @param publicUrl of the hub, where it answers
 */
export const publishedSchema = (publicUrl: string): Readonly<Record<string, unknown>> => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: schemaAddress(publicUrl),
  ...flowSchema,
})

/** Where the schema answers; what `$schema` says in an exported flow. */
export const schemaAddress = (publicUrl: string): string => new URL(`/api/v3${SCHEMA_PATH}`, publicUrl).href
