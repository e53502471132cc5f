-- What n8n's error workflow reports, without stack traces and without anybody's words.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

create table n8n_errors (
    id bigint generated always as identity primary key,
    account_id bigint not null references accounts on delete cascade,
    conversation_id bigint references conversations on delete cascade,
    turn integer,
    execution_id text not null,
    execution_url text not null default '',
    workflow_id text not null default '',
    workflow_name text not null default '',
    node text not null default '',
    name text not null default '',
    message text not null default '',
    at timestamptz not null,
    created_at timestamptz not null default now(),
    unique (account_id, workflow_id, execution_id)
);
comment on table n8n_errors is 'Failed executions of n8n, as its error workflow told them; message: what was left of it after filtering.';
create index n8n_errors_account_idx on n8n_errors (account_id, at desc);
create index n8n_errors_conversation_idx on n8n_errors (conversation_id, at desc) where conversation_id is not null;

alter table n8n_errors enable row level security;

select guard_tables();
