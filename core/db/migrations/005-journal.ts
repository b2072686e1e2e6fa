import type { Knex } from 'knex'

/**
 * The journal: one chain of hashes per entity, which nothing can change or shorten. It outlives the documents it speaks of,
 * hence no foreign key towards them. The head of each chain is a row, locked for the length of an append.
 */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    create table journal (
      entity_id bigint not null references entities (id),
      seq bigint not null,
      at timestamptz not null,
      document_id text,
      kind text not null,
      event text not null,
      message text not null,
      author_id text,
      author_name text,
      detail jsonb,
      prev_hash text not null,
      hash text not null,
      primary key (entity_id, seq)
    );
    create index journal_of_document on journal (entity_id, document_id, seq);

    create table journal_heads (
      entity_id bigint primary key references entities (id),
      seq bigint not null,
      hash text not null
    ) with (fillfactor = 50);

    create function journal_is_append_only() returns trigger language plpgsql as $$
    begin
      raise exception 'Le journal ne se modifie pas et ne s''efface pas : écrivez une nouvelle ligne.' using errcode = 'insufficient_privilege';
    end $$;
    create trigger journal_append_only before update or delete or truncate on journal
      for each statement execute function journal_is_append_only();
    create trigger journal_heads_stay before delete or truncate on journal_heads
      for each statement execute function journal_is_append_only();
  `)
}
