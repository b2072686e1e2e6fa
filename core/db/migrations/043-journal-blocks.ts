import type { Knex } from 'knex'

/**
 * Blocks of the journal: consecutive lines of one entity, under one time-stamp token of their Merkle root. The blocks of an entity follow each
 * other from its first line, and stay. A stamper that cannot answer is told of once: its failures are counted apart.
 */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    create table journal_blocks (
      entity_id bigint not null references entities (id),
      first_seq bigint not null,
      last_seq bigint not null check (last_seq >= first_seq),
      root text not null,
      token bytea not null,
      stamped_at timestamptz not null,
      authority text not null,
      -- As they were that day: connectors come and go.
      instance_id bigint not null,
      instance_label text not null,
      primary key (entity_id, last_seq),
      unique (entity_id, first_seq)
    );
    comment on column journal_blocks.token is 'RFC 3161: DER of the CMS; what it stamps is given by blockText (core/journal/blocks.ts)';
    create trigger journal_blocks_append_only before update or delete or truncate on journal_blocks
      for each statement execute function journal_is_append_only();

    create table journal_stamp_failures (
      instance_id bigint primary key references connector_instances (id) on delete cascade,
      failures integer not null,
      next_at timestamptz not null
    );

    create index associations_of_journal on associations (entity_id) where slot = 'journal:horodatage';
  `)
}
