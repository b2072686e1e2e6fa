import type { Knex } from 'knex'

/**
 * Open documents by flow and version: counting them reads the index alone, and bringing old versions on walks those versions only, however
 * many documents follow the current one. And how far the store has been read, to find the contents that `contents` (041) does not know.
 */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    create index documents_open_by_version on documents (flow_id, flow_version, entity_id, id) include (state)
      where state not in ('termine', 'abandonne');
    drop index documents_open_by_flow;

    -- One line: the first shelf of the store (of 256) that is still to be read.
    create table contents_survey (
      shelf integer not null default 0 check (shelf between 0 and 256)
    );
    insert into contents_survey default values;
  `)
}
