import type { Knex } from 'knex'

/**
 * « Enregistrer le prochain échange »: what an administrator asked to record of an instance, whichever process makes the call.
 * A row is asked for, then taken by one call, then filled in with the masked text; it goes by itself at `forget_at`.
 */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    create table connector_recordings (
      id bigint generated always as identity primary key,
      instance_id bigint not null references connector_instances (id) on delete cascade,
      asked_by bigint references users (id) on delete set null,
      asked_at timestamptz not null,
      -- Nobody finds a recording going on that he forgot having asked for.
      asked_until timestamptz not null,
      taken_at timestamptz,
      occasion text not null default '',
      ended_at timestamptz,
      content text,
      forget_at timestamptz not null
    );
    create unique index connector_recordings_asked on connector_recordings (instance_id) where taken_at is null;
    create index connector_recordings_of_instance on connector_recordings (instance_id, id);
    comment on column connector_recordings.content is 'Masked before it is written: secrets never reach this table';
  `)
}
