import type { Knex } from 'knex'

/** A version that documents still follow keeps the order of its fields: `jsonb` sorted them by name. */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw('alter table flow_versions alter column stored type json using stored::json')
}
