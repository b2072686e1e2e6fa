import type { Knex } from 'knex'

/** What a token may do beside what its account may: nothing more, often much less. Null means no limit of that kind. */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    alter table api_tokens
      add column entity_ids bigint[] check (cardinality(entity_ids) > 0),
      add column flow_ids text[] check (cardinality(flow_ids) > 0),
      add column read_only boolean not null default false;
  `)
}
