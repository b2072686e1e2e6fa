import type { Knex } from 'knex'

/**
 * Purges and mass changes walk the documents of a state from the oldest, and go on the next day where they stopped: an index in that
 * order. What they did is a report that their administrator downloads.
 */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    create index documents_by_stay on documents (entity_id, flow_id, state, state_since, id);

    create table connector_reports (
      id bigint generated always as identity primary key,
      instance_id bigint not null references connector_instances (id) on delete cascade,
      name text not null,
      content text not null,
      at timestamptz not null
    );
    create index connector_reports_of_instance on connector_reports (instance_id, id);
  `)
}
