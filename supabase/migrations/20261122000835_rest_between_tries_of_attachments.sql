-- Until when an attachment is left alone, where its vendor shuts the door on who asks in vain too often.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

alter table media add column not_before timestamptz;
comment on column media.not_before is 'It is not asked for again before this; null: at once.';
