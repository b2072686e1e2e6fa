import type { Db } from '../db/knex.ts'
import type { FlowRegistry } from '../flows/registry.ts'
import type { TypedText } from './full-text.ts'

/** A stretch of text, and whether it is what was looked for. */
export interface Passage {
  readonly text: string
  readonly found: boolean
}

/** Says which of these words were looked for. */
export type Marker = (words: readonly string[]) => Promise<ReadonlySet<string>>

/** The words that the index would find: the very same dictionaries say it. */
export const marker =
  (db: Db, { text, beginnings }: TypedText): Marker =>
  async words => {
    const { rows } = await db.raw<{ rows: { word: string }[] }>(
      `select word from unnest(:words::text[]) as word
       where to_tsvector('passeur_fr', word) @@ replace(plainto_tsquery('passeur_fr', :wanted)::text, '&', '|')::tsquery
          or to_tsvector('simple', sans_accent(word)) @@ to_tsquery('simple', sans_accent(:beginnings))`,
      { words: [...new Set(words)], wanted: text, beginnings: beginnings.replaceAll(' & ', ' | ') },
    )
    return new Set(rows.map(({ word }) => word))
  }

const WORD = /[\p{L}\p{N}]+/gu

/** The text cut where words that were looked for begin and end. */
const cut = (text: string, found: ReadonlySet<string>): readonly Passage[] => {
  const passages: Passage[] = []
  let from = 0
  for (const { 0: word, index } of text.matchAll(WORD)) {
    if (!found.has(word)) continue
    if (index > from) passages.push({ text: text.slice(from, index), found: false })
    passages.push({ text: word, found: true })
    from = index + word.length
  }
  if (from < text.length) passages.push({ text: text.slice(from), found: false })
  return passages
}

interface Shown {
  readonly entityId: string
  readonly id: string
  readonly flowId: string
  readonly title: string
}

interface HeldValue {
  readonly entityId: string
  readonly documentId: string
  readonly field: string
  readonly value: string
}

/** Values of one document that are shown at most. */
const MOST_SHOWN = 3
/** A list of numbers, one per line, may hold thousands. */
const MOST_READ = 2_000

/** What was found in the title and in the indexed values of each document, in the same order. */
export const highlight = async (
  db: Db,
  flows: Pick<FlowRegistry, 'current'>,
  documents: readonly Shown[],
  mark: Marker,
) => {
  const { rows: held } = await db.raw<{ rows: HeldValue[] }>(
    `select i.entity_id as "entityId", i.document_id as "documentId", i.field, i.value
     from unnest(:entities::bigint[], :ids::text[]) as w(entity_id, id)
     cross join lateral (
       select * from document_index i where i.entity_id = w.entity_id and i.document_id = w.id
       order by i.field, i.value limit ${MOST_READ}) i`,
    { entities: documents.map(({ entityId }) => entityId), ids: documents.map(({ id }) => id) },
  )
  const texts = [...documents.map(({ title }) => title), ...held.map(({ value }) => value)]
  const found = await mark(texts.flatMap(text => text.match(WORD) ?? []))
  return documents.map(({ entityId, id, flowId, title }) => ({
    title: cut(title, found),
    fields: held
      .filter(each => each.documentId === id && each.entityId === entityId)
      .map(({ field, value }) => ({
        label: flows.current(flowId)?.fields[field]?.label ?? field,
        value: cut(value, found),
      }))
      .filter(({ value }) => value.some(passage => passage.found))
      .slice(0, MOST_SHOWN),
  }))
}
