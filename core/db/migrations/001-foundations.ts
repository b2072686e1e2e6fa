import type { Transaction } from '../knex.ts'

/**
 * What the other tables stand on: search in French that ignores accents, and the heartbeat of our own processes.
 *
 * `passeur_fr`: the text search configuration of every searchable text (`to_tsvector('passeur_fr', …)`); « délibération »,
 * « Deliberations » and « DÉLIBÉRER » meet. `sans_accent(text)`: immutable, for trigram indexes on titles and names.
 *
 * `processes`: one row per running process, kept fresh. The queue keeps the jobs of a dead process locked for hours; a row not
 * seen for a minute tells that they may be taken up again.
 */
export const up = async (trx: Transaction): Promise<void> => {
  await trx.raw('create extension if not exists unaccent')
  await trx.raw('create extension if not exists pg_trgm')
  await trx.raw('create text search configuration passeur_fr (copy = french)')
  await trx.raw(
    'alter text search configuration passeur_fr alter mapping for hword, hword_part, word with unaccent, french_stem',
  )
  // The dictionary is named with its schema: an index built on this function must survive a restored backup, where the
  // search path is empty.
  await trx.raw(`
    do $do$
    declare place text := (select extnamespace::regnamespace::text from pg_extension where extname = 'unaccent');
    begin
      execute format(
        'create function sans_accent(value text) returns text language sql immutable strict parallel safe
         as $sql$ select lower(%1$s.unaccent(%2$L::regdictionary, value)) $sql$', place, place || '.unaccent');
    end $do$`)
  await trx.raw(`
    create table processes (
      id uuid primary key,
      kind text not null,
      host text not null,
      pid integer not null,
      started_at timestamptz not null,
      seen_at timestamptz not null)`)
}
