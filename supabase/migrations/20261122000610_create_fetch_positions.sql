-- How far the news of accounts were fetched that no webhook reaches, and whose turn it is to fetch them.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

create table fetch_positions (
    account_id bigint primary key references accounts on delete cascade,
    position text,
    turn bigint not null default 0,
    held_until timestamptz not null default '-infinity',
    not_before timestamptz not null default '-infinity',
    tries integer not null default 0,
    failing_since timestamptz,
    failed_as text not null default '',
    fetched_at timestamptz,
    created_at timestamptz not null default now()
);
comment on table fetch_positions is 'One row for each account that is asked for its news. The position moves with what it brought, in one transaction.';
comment on column fetch_positions.position is 'The channel''s own word for how far; null: nothing was fetched yet.';
comment on column fetch_positions.turn is 'Counts who came to fetch; whoever was late finds another number and stores nothing.';
comment on column fetch_positions.held_until is 'Somebody fetches now, and is given up after this.';

alter table fetch_positions enable row level security;

select guard_tables();
