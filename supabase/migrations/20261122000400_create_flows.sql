-- Conversations with a plan: where each stands in it, and what it has asked of the outside.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

alter table conversations add column flow text;
alter table conversations add column flow_step text;
alter table conversations add column flow_state jsonb;
comment on column conversations.flow_step is 'Where the flow stands; over: it has ended and does not begin again by itself.';
comment on column conversations.flow_state is 'All that the flow knows, what the customer told it included.';

create table errands (
    id bigint generated always as identity primary key,
    account_id bigint not null references accounts on delete cascade,
    conversation_id bigint not null references conversations on delete cascade,
    key text not null,
    kind text not null,
    data jsonb not null default '{}',
    status text,
    created_at timestamptz not null default now(),
    ended_at timestamptz,
    unique (conversation_id, key)
);
comment on table errands is 'What flows have asked of the outside. When it is done its data is emptied.';
create index errands_account_idx on errands (account_id, id desc);
create index errands_open_idx on errands (created_at) where status is null;

-- A longer list of words: nothing that was allowed is refused.
-- squawk-ignore ban-drop-constraint
alter table outbox drop constraint outbox_kind_check;
alter table outbox add constraint outbox_kind_check
    check (kind in ('message', 'note', 'tags', 'field', 'assign')) not valid;

alter table errands enable row level security;

select guard_tables();
