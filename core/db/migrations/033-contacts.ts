import type { Knex } from 'knex'

/**
 * The address book: contacts of an entity and groups of them. A group may stand for the accounts that hold a role, and may be shared
 * with the entities below (domain §12.1). Keys without case nor accent are compared byte by byte: what begins with a text is then a range
 * of an index.
 */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    create table contacts (
      entity_id bigint not null references entities (id) on delete cascade,
      id bigint generated always as identity,
      name text not null,
      email text not null check (email <> ''),
      name_key text collate "C" not null generated always as (lower(sans_accent(coalesce(nullif(name, ''), email)))) stored,
      email_key text collate "C" not null generated always as (lower(email)) stored,
      primary key (entity_id, id)
    );
    create unique index contacts_once on contacts (entity_id, email_key);
    create index contacts_by_name on contacts (entity_id, name_key, id);

    create table contact_groups (
      entity_id bigint not null references entities (id) on delete cascade,
      id bigint generated always as identity,
      name text not null check (name <> ''),
      name_key text collate "C" not null generated always as (lower(sans_accent(name))) stored,
      -- Its members are then the accounts that hold this role on the entity or below.
      role_id text references roles (id) on delete cascade,
      -- Seen from the entities below.
      shared boolean not null default false,
      primary key (entity_id, id)
    );
    create unique index contact_groups_once on contact_groups (entity_id, name_key, (role_id is null));
    create index contact_groups_of_role on contact_groups (role_id) where role_id is not null;

    create table contact_group_members (
      entity_id bigint not null,
      group_id bigint not null,
      contact_id bigint not null,
      primary key (entity_id, group_id, contact_id),
      foreign key (entity_id, group_id) references contact_groups (entity_id, id) on delete cascade,
      foreign key (entity_id, contact_id) references contacts (entity_id, id) on delete cascade
    );
    create index contact_group_members_of_contact on contact_group_members (entity_id, contact_id);
  `)
}
