import type { Knex } from 'knex'

/** Creations already asked for under a key of the caller's own: the answer is given again, nothing is created again. */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    create table idempotency_keys (
      user_id bigint not null references users (id) on delete cascade,
      key text not null check (length(key) between 1 and 128),
      -- Of the method, the address and the body: the same key for something else is a mistake.
      request_hash bytea not null,
      created_at timestamptz not null,
      -- Null until there is one: a process that died meanwhile may have created, or not.
      answer jsonb,
      primary key (user_id, key)
    );
    create index idempotency_keys_age on idempotency_keys (created_at);
  `)
}
