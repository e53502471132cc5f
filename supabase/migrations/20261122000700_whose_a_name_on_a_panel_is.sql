-- Which panel a request was begun at, when it wrote there last, and when its sum was reserved: so that of two requests for
-- one name only one is in doubt at a time, and neither takes the other's success for its own.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

alter table provisionings
    add column site text not null default '',
    add column wrote_at timestamptz,
    add column reserved_at timestamptz not null default now();
comment on column provisionings.site is 'The address of the panel at which it was begun last; from writing on it stays.';
comment on column provisionings.wrote_at is 'When it last began to write. Whoever wrote later for the same name owns what is there.';
comment on column provisionings.reserved_at is 'When its sum was promised, first or by a replay: the day against whose cap it counts.';

update provisionings set reserved_at = created_at where operation = 'assign_balance';
update provisionings set wrote_at = updated_at where step in ('writing', 'written', 'done');
update provisionings set site = split_part(panel, '|', 2)
where step in ('writing', 'written', 'done') and state in ('done', 'dead', 'dropped');

-- The step of a name that was looked for decided nothing, and cost a write.
update provisionings set step = 'accepted' where step = 'looked';
-- squawk-ignore ban-drop-constraint
alter table provisionings drop constraint provisionings_step_check;
alter table provisionings add constraint provisionings_step_check
    check (step in ('accepted', 'writing', 'written', 'done')) not valid;

-- The promise itself: two writes for one name are never in doubt together, over all processes and accounts.
-- squawk-ignore require-concurrent-index-creation
create unique index provisionings_one_in_doubt_idx on provisionings (site, operation, candidate)
    where state in ('waiting', 'running') and step in ('writing', 'written') and site <> '';
-- squawk-ignore require-concurrent-index-creation
create index provisionings_written_idx on provisionings (site, candidate, operation, wrote_at)
    where step in ('writing', 'written', 'done') and site <> '';
-- squawk-ignore require-concurrent-index-deletion
drop index provisionings_given_idx;
-- squawk-ignore require-concurrent-index-creation
create index provisionings_given_idx on provisionings (account_id, reserved_at) where operation = 'assign_balance';

-- Accounts that share an administrator's account on a panel share its queue.
-- squawk-ignore require-concurrent-index-creation
create index panels_shared_idx on panels (base_url, recipe, admin_user);

select guard_tables();
