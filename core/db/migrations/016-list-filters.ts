import type { Knex } from 'knex'

/**
 * Lists by state, by value of an indexed field and by passage through a state: each in the order of an index, so that a page costs a
 * page whatever the history holds. The passages of documents that exist are those of their trail.
 */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    -- One flow and one state at a time: several are several short walks.
    create index documents_by_flow_state on documents (entity_id, flow_id, state, created_at desc, id desc);
    drop index documents_by_state;

    alter table document_index add column created_at timestamptz;
    update document_index i set created_at = d.created_at
      from documents d where d.entity_id = i.entity_id and d.id = i.document_id;
    alter table document_index alter column created_at set not null;
    create index document_index_newest
      on document_index (entity_id, field, value text_pattern_ops, created_at desc, document_id desc) include (flow_id);

    create table document_passages (
      entity_id bigint not null,
      document_id text not null,
      flow_id text not null,
      state text not null,
      at timestamptz not null,
      primary key (entity_id, document_id, state, at),
      foreign key (entity_id, document_id) references documents (entity_id, id) on delete cascade
    );
    insert into document_passages (entity_id, document_id, flow_id, state, at)
      select d.entity_id, d.id, d.flow_id, stop.state, stop.at
      from documents d cross join lateral jsonb_to_recordset(d.trail) as stop(state text, at timestamptz)
      on conflict do nothing;
    create index document_passages_newest on document_passages (entity_id, flow_id, state, at desc, document_id desc);
  `)
}
