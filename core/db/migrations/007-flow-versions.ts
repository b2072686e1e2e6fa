import type { Transaction } from '../knex.ts'

/**
 * Every version of every flow that documents may have begun with: a document keeps the version it was born under, so the
 * hub must still know it when the code has moved on.
 */
export const up = async (trx: Transaction): Promise<void> => {
  await trx.raw(`
    create table flow_versions (
      flow_id text not null,
      version integer not null,
      stored jsonb not null,
      first_seen_at timestamptz not null default now(),
      primary key (flow_id, version)
    )`)
}
