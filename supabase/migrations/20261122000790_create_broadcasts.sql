-- One message to many customers: whom it is for, and what became of it for each of them.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

create table broadcasts (
    id bigint generated always as identity primary key,
    account_id bigint not null references accounts on delete cascade,
    message text not null,
    target_step text,
    idempotency_key text,
    request_digest text not null default '',
    state text not null default 'running' check (state in ('running', 'done', 'cancelled')),
    is_open boolean not null default true,
    requested_by text not null default '',
    due_at timestamptz not null default now(),
    claimed_until timestamptz not null default '-infinity',
    attempts integer not null default 0,
    ended_at timestamptz,
    created_at timestamptz not null default now(),
    unique (account_id, idempotency_key)
);
comment on table broadcasts is 'The company''s own words to many. The outbox is the record of what was said to whom.';
comment on column broadcasts.is_open is 'Somebody still waits, or a message is on its way: also after it was cancelled.';
create index broadcasts_due_idx on broadcasts (account_id, due_at) where is_open;

create table broadcast_recipients (
    broadcast_id bigint not null references broadcasts on delete cascade,
    conversation_id bigint not null references conversations on delete cascade,
    account_id bigint not null references accounts on delete cascade,
    subject text not null,
    contact_id text,
    state text not null default 'waiting'
        check (state in ('waiting', 'sending', 'sent', 'skipped', 'failed', 'doubt', 'cancelled')),
    reason text not null default '',
    due_at timestamptz not null default now(),
    quiet_since timestamptz,
    begun_at timestamptz,
    sent_at timestamptz,
    created_at timestamptz not null default now(),
    primary key (broadcast_id, conversation_id),
    unique (broadcast_id, subject)
);
comment on column broadcast_recipients.subject is 'The person: by their phone, their contact or their chat. Once in a broadcast.';
create index broadcast_recipients_open_idx on broadcast_recipients (broadcast_id, state, due_at, conversation_id)
    where state in ('waiting', 'sending');
create index broadcast_recipients_chat_idx on broadcast_recipients (conversation_id, state);
create index broadcast_recipients_begun_idx on broadcast_recipients (account_id, contact_id, begun_at)
    where begun_at is not null;

alter table broadcasts enable row level security;
alter table broadcast_recipients enable row level security;

select guard_tables();
