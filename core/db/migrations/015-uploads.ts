import type { Knex } from 'knex'

/**
 * Files sent in several times, waiting to be used by a document. The bytes are in the file store, one part for each stretch that
 * arrived whole; a part is written down before its bytes are, so that none is ever forgotten on the disk.
 */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    create table uploads (
      entity_id bigint not null references entities (id) on delete cascade,
      id text not null,
      user_id bigint not null references users (id) on delete cascade,
      name text not null,
      -- Bytes announced, and bytes kept.
      length bigint not null check (length >= 0),
      received bigint not null default 0 check (received between 0 and length),
      -- The request that may add bytes: the last one that asked for it, whatever becomes of those before.
      writer text,
      -- The file once it is whole and somebody wants it.
      file jsonb,
      created_at timestamptz not null,
      expires_at timestamptz not null,
      primary key (entity_id, id)
    );
    create index uploads_of_user on uploads (user_id, entity_id);
    create index uploads_expired on uploads (expires_at);

    -- Without a foreign key: a part outlives its upload until its bytes are gone from the store.
    create table upload_parts (
      entity_id bigint not null,
      upload_id text not null,
      name text not null,
      position bigint not null,
      -- Null while the bytes arrive.
      size bigint,
      created_at timestamptz not null,
      primary key (entity_id, upload_id, name)
    );
  `)
}
