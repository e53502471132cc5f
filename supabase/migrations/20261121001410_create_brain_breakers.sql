-- Brains that fail again and again are left alone for a while: by all workers, so what they know is kept here.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

create table brain_breakers (
    account_id bigint not null references accounts on delete cascade,
    brain text not null,
    failures timestamptz[] not null default '{}',
    opened_at timestamptz,
    probe_until timestamptz,
    created_at timestamptz not null default now(),
    primary key (account_id, brain)
);
comment on table brain_breakers is 'The failures of the last minute of each brain; opened_at: it is skipped but for one probe at a time.';

alter table brain_breakers enable row level security;

select guard_tables();
