-- What is known of each person who writes; and the audit may tell less with the years, never anything else.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

create table profiles (
    account_id bigint not null references accounts on delete cascade,
    contact_id text not null,
    phone_key text,
    name text not null default '',
    name_from text check (name_from in ('channel', 'said', 'corrected')),
    name_at timestamptz,
    place text not null default '',
    place_from text check (place_from in ('channel', 'said', 'corrected')),
    place_at timestamptz,
    language text not null default '',
    language_from text check (language_from in ('channel', 'said', 'corrected')),
    language_at timestamptz,
    topics jsonb not null default '{}',
    seen_at timestamptz not null default now(),
    seen_line bigint not null default 0,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (account_id, contact_id)
);
comment on table profiles is 'What is known of each contact. Those of one phone are read as one person where the account allows it; they are never mixed here.';
comment on column profiles.phone_key is 'The contact''s phone in the one form by which all its forms are known.';
comment on column profiles.topics is 'What they wrote about lately: topic to when.';
comment on column profiles.seen_at is 'When they wrote last. Consent is not kept here: consents and contacts say it.';
comment on column profiles.seen_line is 'Their newest line of the history that this knows of.';
create index profiles_phone_idx on profiles (account_id, phone_key) where phone_key is not null;
create index profiles_seen_idx on profiles (account_id, seen_at);

alter table profiles enable row level security;

create or replace function forbid_change() returns trigger language plpgsql set search_path = '' as $$
begin
    if (new.id, new.account_id, new.conversation_id, new.at, new.who, new.what, new.created_at)
        is not distinct from (old.id, old.account_id, old.conversation_id, old.at, old.who, old.what, old.created_at)
        and new.details <@ old.details and new.why in (old.why, '') then
        return new;
    end if;
    raise exception 'event_log is append-only';
end
$$;
comment on function forbid_change is 'Who did what when is never changed. What is told besides may become less: an account''s retention.';

select guard_tables();
