import Type from 'typebox'
import type { FileVersion } from '../../documents/file-versions.ts'
import { errors } from '../../errors.ts'
import { Relation } from './relations.ts'
import {
  DocumentSummary,
  DocumentView,
  Instant,
  JournalEntry,
  Next,
  orNull,
  said,
  Sha256,
  text,
  whole,
} from './schemas.ts'

/** What a caller wants of a document: less than the whole (`fields`), or what goes with it (`include`). */

const FileVersionView = Type.Object(
  {
    field: text('Nom complet du champ.'),
    sha256: said('Empreinte SHA-256, en hexadécimal.', Sha256),
    name: text('Nom du fichier.'),
    size: whole('En octets.'),
    type: text('Type : « application/pdf ».'),
    addedAt: said('Dépôt.', Instant),
    replacedAt: orNull(Instant, 'Remplacement ou retrait ; null : il y est encore.'),
  },
  { title: 'FileVersion' },
)

export const DetailedDocument = Type.Object(
  {
    ...DocumentView.properties,
    journal: Type.Optional(Type.Array(JournalEntry, { description: 'Les 50 dernières lignes.' })),
    files: Type.Optional(Type.Array(FileVersionView, { description: 'Toutes les versions de chaque fichier.' })),
    relations: Type.Optional(Type.Array(Relation, { description: 'Documents liés que vous pouvez lire.' })),
  },
  { title: 'DetailedDocument' },
)
export const SparseDocument = Type.Partial(DetailedDocument, {
  title: 'SparseDocument',
  description: 'Ce que « fields » demande.',
})

const ListedDocument = Type.Object(
  {
    ...DocumentSummary.properties,
    values: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), { description: 'Valeurs demandées, par nom complet de champ.' }),
    ),
    files: Type.Optional(Type.Array(FileVersionView, { description: 'Fichiers présents.' })),
  },
  { title: 'ListedDocument' },
)
const SparseListed = Type.Partial(ListedDocument, { title: 'SparseListedDocument' })
export const ListedPage = Type.Object(
  {
    items: Type.Array(Type.Union([ListedDocument, SparseListed]), { description: 'Les documents de la page.' }),
    next: Next,
  },
  { title: 'ListedPage' },
)

export const FIELDS = Type.Optional(
  Type.String({
    maxLength: 2_000,
    description:
      'Propriétés voulues, séparées par des virgules ; « values.objet » pour la valeur d’un champ. Les autres ne sont pas envoyées.',
    examples: ['id,title,state,values.objet'],
  }),
)

export interface Asked {
  /** Properties to keep; all of them when `undefined`. */
  readonly properties: ReadonlySet<string> | undefined
  /** Values to keep among them; all of them when `undefined`. */
  readonly values: readonly string[] | undefined
  readonly include: ReadonlySet<string>
}

const words = (text: string | undefined): readonly string[] =>
  (text ?? '')
    .split(',')
    .map(word => word.trim())
    .filter(Boolean)

const VALUE = 'values.'

/**
 * Reads `fields` and `include`.
 * @param schema what exists to be asked for
 * @throws errors.badRequest naming what does not
 */
export const readAsked = (
  { fields, include }: { readonly fields?: string | undefined; readonly include?: string | undefined },
  schema: { readonly properties: object },
  includable: readonly string[],
): Asked => {
  const named = words(fields)
  const values = named.flatMap(word => (word.startsWith(VALUE) ? [word.slice(VALUE.length)] : []))
  const properties = named.map(word => (word.startsWith(VALUE) ? 'values' : word))
  const refuse = (field: string, word: string, possible: readonly string[]) =>
    errors.badRequest({
      fields: [
        {
          field,
          code: 'inconnu',
          message: `« ${word} » n'existe pas ici ; choisissez parmi : ${possible.join(', ')}.`,
        },
      ],
    })
  const known = Object.keys(schema.properties)
  const unknown = properties.find(word => !known.includes(word))
  if (unknown !== undefined) throw refuse('fields', unknown, known)
  const more = words(include)
  const stranger = more.find(word => !includable.includes(word))
  if (stranger !== undefined) throw refuse('include', stranger, includable)
  return {
    properties: fields === undefined ? undefined : new Set([...properties, ...more]),
    values: values.length > 0 && !named.includes('values') && !more.includes('values') ? values : undefined,
    include: new Set([...more, ...properties.filter(word => includable.includes(word))]),
  }
}

/** A document with what was asked for and nothing else. */
export const pick = <T extends object>(document: T, { properties, values }: Asked): Partial<T> => {
  const kept = properties
    ? Object.fromEntries(Object.entries(document).filter(([name]) => properties.has(name)))
    : { ...document }
  if (values && 'values' in kept) {
    const held = kept['values'] as Readonly<Record<string, unknown>>
    kept['values'] = Object.fromEntries(Object.entries(held).filter(([name]) => values.includes(name)))
  }
  return kept as Partial<T>
}

export const fileVersionView = ({ documentId: _, addedAt, replacedAt, ...file }: FileVersion) => ({
  ...file,
  addedAt: addedAt.toISOString(),
  replacedAt: replacedAt?.toISOString() ?? null,
})
