-- Words in between, such as that an answer takes longer: one that meets a closed window is not asked back for.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

alter table outbox add column notice boolean not null default false;
comment on column outbox.notice is 'A word in between that nobody misses, such as that it takes longer.';
