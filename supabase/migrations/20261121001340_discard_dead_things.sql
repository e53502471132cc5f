-- Dead things that a person has looked at and dropped: they stay as they are, and are shown nowhere as dead any more.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

alter table outbox add column discarded_at timestamptz;
comment on column outbox.discarded_at is 'When a person dropped this failed or doubtful row for good; its state stays as it was.';

alter table deliveries add column discarded_at timestamptz;
comment on column deliveries.discarded_at is 'When a person dropped this webhook that cannot be read.';

alter table media add column discarded_at timestamptz;
comment on column media.discarded_at is 'When a person dropped this attachment that could not be fetched.';

create or replace view vw_fila_e_mortos with (security_invoker = true) as
with everything as (
    select account_id, 'inbox' as kind, 'unread' as state, received_at as since from inbox where folded_at is null
    union all
    select account_id, 'outbox_' || kind, state, coalesce(not_before, created_at) from outbox
    where state in ('pending', 'held', 'sending', 'person', 'failed') and discarded_at is null
    union all
    select account_id, 'delivery', state, received_at from deliveries where state <> 'decoded' and discarded_at is null
    union all
    select account_id, 'turn', state, settled_at from turns where state = 'open'
    union all
    select account_id, 'timer', 'overdue', due_at from timers where due_at < now()
    union all
    select account_id, 'media', state, created_at from media where state <> 'stored' and discarded_at is null
)
select e.account_id, (e.since at time zone a.timezone)::date as day, e.kind, e.state,
       (e.state in ('person', 'failed', 'quarantined', 'refused')) as is_dead,
       count(*) as count, min(e.since) as oldest_at
from everything e
join accounts a on a.id = e.account_id
group by e.account_id, day, e.kind, e.state;

select guard_tables();
