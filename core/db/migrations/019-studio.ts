import type { Knex } from 'knex'

/**
 * Flows drawn without code: what is being written, what was published, and groups of fields that several use. They belong to the
 * platform, not to an entity. `json` and not `jsonb`: the order of the fields is the order of the form.
 */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    create table studio_flows (
      id text primary key,
      draft json not null,
      revision integer not null default 1,
      published integer,
      retired_at timestamptz,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      updated_by bigint
    );
    create table studio_versions (
      flow_id text not null references studio_flows (id),
      version integer not null,
      source json not null,
      upgrade json,
      published_at timestamptz not null,
      published_by bigint,
      primary key (flow_id, version)
    );
    create table studio_groups (
      id text primary key,
      contents json not null,
      revision integer not null default 1,
      updated_at timestamptz not null,
      updated_by bigint
    );
    -- Partial: its size follows the work to do. A new version asks whether documents still hold what it loses.
    create index documents_open_by_flow on documents (flow_id) where state not in ('termine', 'abandonne');
  `)
}
