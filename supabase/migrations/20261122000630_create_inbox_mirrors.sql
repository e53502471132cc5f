-- A second inbox in which an account's conversations are shown, whatever channel they come by. The record never waits.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

create table inbox_mirrors (
    account_id bigint primary key references accounts on delete cascade,
    kind text not null,
    base_url text not null,
    external_ref text not null,
    sealed_token text not null,
    prepared_at timestamptz,
    turn bigint not null default 0,
    held_until timestamptz not null default '-infinity',
    tries integer not null default 0,
    not_before timestamptz not null default '-infinity',
    failing_since timestamptz,
    failed_as text not null default '',
    mirrored_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table inbox_mirrors is 'Where an account''s conversations are mirrored. mensagens and event_log are the record.';
comment on column inbox_mirrors.sealed_token is 'MultiFernet token.';
comment on column inbox_mirrors.turn is 'Fences: whoever writes holds the turn, and one that is over writes nothing down.';

create table inbox_people (
    account_id bigint not null references inbox_mirrors (account_id) on delete cascade,
    identifier text not null,
    person_id text not null,
    name text not null default '',
    twins integer not null default 0,
    created_at timestamptz not null default now(),
    primary key (account_id, identifier)
);
comment on table inbox_people is 'Whom a customer is in the mirror: looked up once.';
comment on column inbox_people.twins is 'How many others have the same phone there.';

create table inbox_chats (
    account_id bigint not null references inbox_mirrors (account_id) on delete cascade,
    conversation_id bigint not null references conversations on delete cascade,
    identifier text not null,
    chat_id text not null,
    labels text[] not null default '{}',
    attributes jsonb not null default '{}',
    created_at timestamptz not null default now(),
    primary key (account_id, conversation_id)
);
comment on table inbox_chats is 'Where a conversation is in the mirror, and what was written on it last.';
create index inbox_chats_conversation_idx on inbox_chats (conversation_id);

create table inbox_lines (
    id bigint generated always as identity primary key,
    account_id bigint not null references inbox_mirrors (account_id) on delete cascade,
    conversation_id bigint not null references conversations on delete cascade,
    kind text not null check (kind in ('message', 'sent', 'event')),
    number bigint not null,
    state text not null default 'waiting' check (state in ('waiting', 'sending', 'done', 'failed')),
    reason text not null default '',
    created_at timestamptz not null default now(),
    unique (conversation_id, kind, number)
);
comment on table inbox_lines is 'Lines on their way into the mirror, written where they happen. sending: it may be there already, which is looked up.';
create index inbox_lines_open_idx on inbox_lines (account_id, id) where state in ('waiting', 'sending');
create index inbox_lines_chat_idx on inbox_lines (conversation_id, id) where state in ('waiting', 'sending');

-- A line is written in the transaction of what it is about, so none is lost and those of a conversation are in order.
create function mirror_message() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into inbox_lines (account_id, conversation_id, kind, number)
    select new.account_id, new.conversation_id, 'message', new.id
    from inbox_mirrors where account_id = new.account_id
    on conflict do nothing;
    return null;
end
$$;
comment on function mirror_message is 'Puts a message on its way into the mirror, if its account has one.';
create trigger mirror_message after insert on mensagens for each row execute function mirror_message();

create function mirror_sent() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into inbox_lines (account_id, conversation_id, kind, number)
    select new.account_id, new.conversation_id, 'sent', new.id
    from inbox_mirrors where account_id = new.account_id
    on conflict do nothing;
    return null;
end
$$;
comment on function mirror_sent is 'Puts what the bot has said on its way into the mirror, if its account has one.';
create trigger mirror_sent after update of state on outbox for each row
when (new.kind = 'message' and new.state = 'sent' and old.state <> 'sent')
execute function mirror_sent();

create function mirror_event() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into inbox_lines (account_id, conversation_id, kind, number)
    select new.account_id, new.conversation_id, 'event', new.id
    from inbox_mirrors m where m.account_id = new.account_id
      and exists (select from conversations c where c.id = new.conversation_id)
    on conflict do nothing;
    return null;
end
$$;
comment on function mirror_event is 'Puts a change of who has the chat on its way into the mirror, if its account has one.';
create trigger mirror_event after insert on event_log for each row
when (new.conversation_id is not null and new.what in ('paused', 'released', 'handed_over', 'opted_out', 'opted_in'))
execute function mirror_event();

alter table inbox_mirrors enable row level security;
alter table inbox_people enable row level security;
alter table inbox_chats enable row level security;
alter table inbox_lines enable row level security;

select guard_tables();
