-- What a first message says and who wrote it; and a fencing number for the follow-ups, which whoever comes late lacks.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

alter table outreaches add column words text;
alter table outreaches add column written_by text not null default '';
alter table outreaches add column quiet_since timestamptz;
comment on column outreaches.words is 'The message as it was written for this person, before it was sent; the same words however often it is tried.';
comment on column outreaches.written_by is 'brain:<name>, or template:<locale>:v<version>; empty: nothing is written yet.';
comment on column outreaches.quiet_since is 'The last word in the chat that the writer knew of: a newer one of customer or salesperson drops the message.';

alter table follow_ups add column attempts integer not null default 0;
alter table follow_ups add column way text not null default '';
comment on column follow_ups.attempts is 'Fences: whoever comes back after another has claimed it writes nothing any more.';
comment on column follow_ups.way is 'How it was begun: text, which then follows what becomes of its outbox row, or template.';
-- squawk-ignore require-concurrent-index-creation
create index follow_ups_begun_idx on follow_ups (account_id) where state = 'sending';
