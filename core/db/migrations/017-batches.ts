import type { Knex } from 'knex'

/**
 * Batches: an action on many documents, or the creation of many. Each line is a row that changes in the transaction of its document,
 * so that a worker that dies between two leaves nothing done that is not told, and nothing told that is not done.
 */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    create table batches (
      entity_id bigint not null references entities (id),
      id bigint generated always as identity,
      user_id bigint not null references users (id) on delete cascade,
      -- What the token that asked for it may do at most; null: all that its account may.
      scope jsonb,
      kind text not null check (kind in ('action', 'creation')),
      stage text not null check (stage in ('examining', 'ready', 'running', 'ended', 'cancelled', 'unreadable')),
      label text not null,
      -- What to do: { action } or { flow, file, field, action, again }.
      task jsonb not null,
      -- What concerns no line in particular.
      remarks jsonb not null default '[]',
      -- How many lines in each status.
      counts jsonb not null default '{}',
      created_at timestamptz not null,
      ended_at timestamptz,
      primary key (entity_id, id)
    );
    create index batches_of_user on batches (entity_id, user_id, id desc);
    -- Partial: its size follows the work to do, not the history.
    create index batches_to_do on batches (entity_id, id) where stage in ('examining', 'running');
    create index batches_by_age on batches (created_at);

    create table batch_items (
      entity_id bigint not null,
      batch_id bigint not null,
      -- Line of the file, or rank of the document in the list.
      line integer not null,
      status text not null,
      title text not null default '',
      flow_id text not null,
      document_id text,
      message text not null default '',
      -- What a line to create holds, until it is created: { values, files, digest }.
      content jsonb,
      done_at timestamptz,
      primary key (entity_id, batch_id, line),
      foreign key (entity_id, batch_id) references batches (entity_id, id) on delete cascade
    );
    create index batch_items_to_do on batch_items (entity_id, batch_id, line) where status = 'todo';
    create index batch_items_by_status on batch_items (entity_id, batch_id, status, line);

    -- Lines already created, for as long as their document lives: the same file given twice creates nothing twice.
    create table batch_creations (
      entity_id bigint not null,
      digest bytea not null,
      document_id text not null,
      primary key (entity_id, digest),
      foreign key (entity_id, document_id) references documents (entity_id, id) on delete cascade
    );
    create index batch_creations_of_document on batch_creations (entity_id, document_id);
  `)
}
