import type { Knex } from 'knex'

/**
 * What Pastell's clients know of accounts, entities and events, and that nothing here had: the certificate that proves an account,
 * the management centre of an authority, one number for an event whatever its entity.
 */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    alter table users
      add column certificate text,
      -- SHA-256 of the certificate (DER), in hexadecimal. Two accounts may hold the same: it then proves neither.
      add column certificate_digest text;
    create index users_certificate on users (certificate_digest) where certificate_digest is not null;

    alter table entities add column management_centre_id bigint references entities (id) on delete set null;

    -- An address, not a proof: it is outside the chain of hashes. Within an entity it grows with « seq ».
    alter table journal add column id bigint generated always as identity;
    create unique index journal_by_id on journal (id);
  `)
}
