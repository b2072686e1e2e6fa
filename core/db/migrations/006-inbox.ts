import type { Knex } from 'knex'

/** What gleaners already brought in: the same thing found twice at a remote makes one document. */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    create table inbox_items (
      instance_id bigint not null references connector_instances (id) on delete cascade,
      external_id text not null,
      entity_id bigint not null,
      document_id text not null,
      at timestamptz not null,
      primary key (instance_id, external_id)
    );
  `)
}
