import type { Knex } from 'knex'

/**
 * Configured connectors: what an entity set up to reach a remote, what that instance remembers, and which flow uses it.
 * An instance belongs to one entity and serves its descendants, hence a key of its own rather than (entity, id).
 */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    create table connector_instances (
      id bigint generated always as identity primary key,
      entity_id bigint not null references entities (id),
      connector text not null,
      connector_version integer not null,
      label text not null,
      config jsonb not null default '{}',
      secrets bytea,
      status text not null default 'ok' check (status in ('ok', 'suspended')),
      status_message text not null default '',
      told_at timestamptz,
      polling text,
      patience text,
      -- null: what the connector says of itself. spacing_ms is what holds in the end, for the door to read.
      concurrency integer check (concurrency between 1 and 64),
      spacing text,
      spacing_ms integer not null default 0 check (spacing_ms >= 0),
      -- One more at each change of settings: tells a process that its connection is out of date.
      revision integer not null default 1,
      created_at timestamptz not null,
      updated_at timestamptz not null
    );
    create index connector_instances_of_entity on connector_instances (entity_id, id);
    comment on column connector_instances.secrets is 'AES-256-GCM of the JSON of the secret settings; the key is named in the header';

    -- Apart from the settings: written at almost every call, while the settings are read by everyone and change twice a year.
    create table instance_lanes (
      instance_id bigint primary key references connector_instances (id) on delete cascade,
      failures integer not null default 0,
      open_until timestamptz,
      probe_until timestamptz,
      next_slot_at timestamptz,
      tail_at timestamptz
    ) with (fillfactor = 50);

    create table instance_memory (
      instance_id bigint not null references connector_instances (id) on delete cascade,
      key text not null,
      value jsonb not null,
      updated_at timestamptz not null,
      primary key (instance_id, key)
    );

    -- What remotes answered to « which circuits, which typologies? »: an old list with its age is better than none.
    create table remote_choices (
      instance_id bigint not null references connector_instances (id) on delete cascade,
      method text not null,
      arguments text not null,
      choices jsonb not null,
      fetched_at timestamptz not null,
      primary key (instance_id, method, arguments)
    );

    -- flow_id '*' is every flow of the entity.
    create table associations (
      entity_id bigint not null references entities (id) on delete cascade,
      flow_id text not null,
      slot text not null,
      instance_id bigint not null references connector_instances (id),
      primary key (entity_id, flow_id, slot)
    );
    create index associations_of_instance on associations (instance_id);

    create table schedule_runs (
      instance_id bigint not null references connector_instances (id) on delete cascade,
      schedule text not null,
      next_at timestamptz,
      last_at timestamptz,
      last_message text not null default '',
      primary key (instance_id, schedule)
    );
  `)
}
