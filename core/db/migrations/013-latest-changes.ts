import type { Knex } from 'knex'

/**
 * Software written for Pastell asks for the documents of an entity whose state changed last, again and again: the first page must not
 * cost what the entity holds. The state is already indexed, so nothing more is written when it does not change.
 */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`create index documents_by_change on documents (entity_id, state_since desc, id desc)`)
}
