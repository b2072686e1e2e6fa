import type { Knex } from 'knex'

/**
 * What the file store keeps, and when to look whether anything still refers to it: nothing to look at for what a document holds. A line is
 * written before a content takes its name in the store, and goes after it, so that no content is ever forgotten there.
 */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    create table contents (
      sha256 text primary key check (sha256 ~ '^[0-9a-f]{64}$'),
      size bigint not null,
      -- Null while a document holds it.
      check_at timestamptz
    );
    create index contents_to_check on contents (check_at) where check_at is not null;
    insert into contents (sha256, size)
      select sha256, max(size) from document_files where sha256 ~ '^[0-9a-f]{64}$' group by sha256;

    -- A document that goes may be the last that held its files. In one order, so that two deletions never wait for each other.
    create function contents_let_go() returns trigger language plpgsql as $$
    begin
      update contents set check_at = now() + interval '7 days' where sha256 in (
        select c.sha256 from contents c where c.sha256 in (select sha256 from gone) order by c.sha256 for update);
      return null;
    end $$;
    create trigger contents_let_go after delete on document_files referencing old table as gone
      for each statement execute function contents_let_go();
  `)
}
