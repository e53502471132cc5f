-- What shows that an account's hooks do not arrive: when one last came by its newest address, and what was found only by
-- reading the channel since the last one came.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

alter table knocks add column by_newest_at timestamptz;
comment on column knocks.by_newest_at is 'When a webhook last came by the address that was the account''s newest one then.';

alter table accounts add column missed_since timestamptz, add column missed_at timestamptz,
    add column missed_runs integer not null default 0;
comment on column accounts.missed_since is 'When a customer''s message was first found by reading the channel, after the last webhook.';
comment on column accounts.missed_at is 'When that happened last.';
comment on column accounts.missed_runs is 'How many readings have found some, since the last webhook.';
