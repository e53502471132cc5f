-- Tries that never reached the messenger, as in an outage, are no refusals: those are counted by themselves.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

alter table outbox add column refusals int not null default 0;
comment on column outbox.refusals is 'How often the messenger has refused a message without saying why.';
