import type { Knex } from 'knex'

/**
 * Documents that belong together: an acte and the préfecture's letter, an invoice and what it was built from. One line on each side,
 * so that a document finds its own by its key. `reference` is what the one that created the other called it.
 */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    create table document_relations (
      entity_id bigint not null,
      document_id text not null,
      reference text not null,
      label text not null,
      other_entity_id bigint not null,
      other_id text not null,
      at timestamptz not null,
      primary key (entity_id, document_id, reference),
      foreign key (entity_id, document_id) references documents (entity_id, id) on delete cascade,
      foreign key (other_entity_id, other_id) references documents (entity_id, id) on delete cascade
    );
    create index document_relations_of_other on document_relations (other_entity_id, other_id);
  `)
}
