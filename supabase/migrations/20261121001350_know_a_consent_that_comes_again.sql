-- A browser that reloads the page on which it came back is told what became of it, instead of being refused.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

alter table oauth_codes add column came_as bytea;
comment on column oauth_codes.came_as is 'Hash of the callback that brought the code, state included: the same one again within minutes is a reload.';

select guard_tables();
