-- What tools a turn has called: what makes a tool act once however often its brain is asked, and what an operator sees.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

create table tool_calls (
    id bigint generated always as identity primary key,
    account_id bigint not null references accounts on delete cascade,
    conversation_id bigint not null references conversations on delete cascade,
    turn bigint not null,
    tool text not null,
    digest bytea not null,
    ok boolean not null,
    code text not null default '',
    booking_id bigint,
    epoch bigint,
    calls bigint not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (conversation_id, turn, tool, digest)
);
comment on table tool_calls is 'The tools that turns have called, once for each set of arguments. No arguments: their SHA-256 only.';
comment on column tool_calls.code is 'What came of it: empty when it worked, else the code of the refusal.';
comment on column tool_calls.epoch is 'The epoch that a tool left the conversation in; null: it changed none.';
create index tool_calls_account_idx on tool_calls (account_id, id desc);
create index tool_calls_created_idx on tool_calls (created_at);

alter table tool_calls enable row level security;

select guard_tables();
