-- From which networks an account is called, and which of its lists have refused. No whole address is kept.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

create table knocks (
    account_id bigint not null references accounts on delete cascade,
    door text not null check (door in ('webhook', 'api')),
    refused boolean not null,
    network text not null,
    by_old_address boolean not null default false,
    times bigint not null default 1,
    seen_at timestamptz not null default now(),
    told_at timestamptz not null default now(),
    created_at timestamptz not null default now(),
    primary key (account_id, door, refused)
);
comment on table knocks is 'The last call of each kind at a door. network: a /24 or a /48, or nothing where nobody could tell.';
comment on column knocks.times is 'Refused calls; of those that were let in only one a minute is noted.';
comment on column knocks.told_at is 'When the audit last heard of a refused one.';

alter table knocks enable row level security;

select guard_tables();
