import type { Knex } from 'knex'

/** Software written for Pastell knows an association by one number, which it gives back to remove it. */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    alter table associations add column id bigint generated always as identity;
    create unique index associations_by_id on associations (id);
  `)
}
