import type { Knex } from 'knex'

/**
 * Documents in their state, with what is due; beside them, what only exists to find them again (index, full text) and the
 * versions of their files. The entity comes first in every key, so that spreading by entity stays a deployment decision.
 */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    create extension if not exists btree_gin;

    create table documents (
      entity_id bigint not null references entities (id),
      id text not null,
      flow_id text not null,
      flow_version integer not null,
      title text not null,
      state text not null,
      state_since timestamptz not null,
      version integer not null,
      data jsonb not null,
      trail jsonb not null,
      due_task text,
      due_at timestamptz,
      due jsonb,
      in_flight jsonb,
      fence integer not null default 0,
      back jsonb,
      passages jsonb not null default '{}',
      message text not null default '',
      waiting_for text,
      created_by text,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      search tsvector not null default '',
      primary key (entity_id, id)
    ) with (fillfactor = 80);
    create index documents_newest on documents (entity_id, created_at desc, id desc);
    create index documents_by_flow on documents (entity_id, flow_id, created_at desc, id desc);
    create index documents_by_state on documents (entity_id, state, created_at desc, id desc);
    create index documents_search on documents using gin (entity_id, search);
    -- Partial: their size follows the work to do, not the history.
    create index documents_due on documents (due_at) where due_at is not null;
    create index documents_waiting on documents (waiting_for) where waiting_for is not null;

    create table document_index (
      entity_id bigint not null,
      document_id text not null,
      field text not null,
      value text not null,
      flow_id text not null,
      primary key (entity_id, document_id, field, value),
      foreign key (entity_id, document_id) references documents (entity_id, id) on delete cascade
    );
    -- A remote that speaks of its transaction knows neither our entity nor our document: value first.
    create index document_index_by_value on document_index (value, field);

    create table document_files (
      entity_id bigint not null,
      document_id text not null,
      field text not null,
      sha256 text not null,
      name text not null,
      size bigint not null,
      type text not null,
      added_at timestamptz not null,
      replaced_at timestamptz,
      primary key (entity_id, document_id, field, sha256, name, added_at),
      foreign key (entity_id, document_id) references documents (entity_id, id) on delete cascade
    );
    create index document_files_by_content on document_files (sha256);
  `)
}
