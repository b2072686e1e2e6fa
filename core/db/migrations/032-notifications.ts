import type { Knex } from 'knex'

/**
 * Who is told of what. A subscription holds for an entity and everything below. What is to be told is a row written with the
 * move of the document; rows are gathered into letters, and a letter keeps its identifier from one try to the next.
 * Titles weigh more than the rest in the full text; the newest documents of the whole tree are read in the order of an index.
 */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    create table notification_subscriptions (
      id bigint generated always as identity primary key,
      entity_id bigint not null references entities (id) on delete cascade,
      user_id bigint not null references users (id) on delete cascade,
      -- null: every flow.
      flow_id text,
      -- « * », « erreurs », « incertains », or the full name of a state.
      event text not null check (length(event) between 1 and 200),
      rhythm text not null check (rhythm in ('immediate', 'daily')),
      created_at timestamptz not null
    );
    create unique index notification_subscriptions_once
      on notification_subscriptions (entity_id, event, user_id, coalesce(flow_id, ''));
    create index notification_subscriptions_of_user on notification_subscriptions (user_id, id);

    create table notification_letters (
      id uuid primary key default gen_random_uuid(),
      user_id bigint not null references users (id) on delete cascade,
      rhythm text not null,
      created_at timestamptz not null,
      next_at timestamptz not null,
      tries integer not null default 0,
      -- Why it has not left, a French sentence.
      error text,
      -- Nobody will try again.
      given_up_at timestamptz
    );
    create index notification_letters_due on notification_letters (next_at) where given_up_at is null;
    create index notification_letters_late on notification_letters (created_at desc, id desc) where error is not null;
    create index notification_letters_of_user on notification_letters (user_id);

    create table notifications (
      entity_id bigint not null references entities (id) on delete cascade,
      document_id text not null,
      -- The move: one more at each commit of the document.
      version integer not null,
      user_id bigint not null references users (id) on delete cascade,
      rhythm text not null,
      flow_id text not null,
      title text not null,
      state_label text not null,
      message text not null,
      at timestamptz not null,
      due_at timestamptz not null,
      letter_id uuid references notification_letters (id) on delete cascade,
      primary key (entity_id, document_id, version, user_id)
    );
    -- Partial: their size follows the letters to write.
    create index notifications_due on notifications (due_at) where letter_id is null;
    create index notifications_of_letter on notifications (letter_id) where letter_id is not null;
    create index notifications_of_user on notifications (user_id);

    update documents set search =
      setweight(to_tsvector('passeur_fr', title) || to_tsvector('simple', sans_accent(title)), 'A') || search;
    create index documents_latest on documents (created_at desc, id desc);
  `)
}
