-- Voice messages become words: each is heard once, outside any transaction, and what was heard stays beside its file.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

alter table media add column seconds integer;
alter table media add column transcript text not null default '';
alter table media add column hearing text not null default '';
alter table media add column hearing_reason text not null default '';
alter table media add column hearing_tries smallint not null default 0;
alter table media add column hearing_until timestamptz;
alter table media add column heard_at timestamptz;
alter table media add column heard_late boolean not null default false;
alter table media add constraint media_hearing_check
    check (hearing in ('', 'waiting', 'heard', 'silent', 'failed')) not valid;
comment on column media.seconds is 'How long a recording is, where its file tells.';
comment on column media.transcript is 'The words of a voice message. They stand in its line of the history too.';
comment on column media.hearing is 'Empty: nobody was to hear it. silent: there were no words in it.';
comment on column media.hearing_reason is 'Why it was not heard at the last attempt: the code of the error.';
comment on column media.hearing_until is 'Who hears it now has so long.';
comment on column media.heard_late is 'The words came after a brain had been asked without them.';

-- The queue is short: nothing waits there for longer than a model takes.
-- squawk-ignore require-concurrent-index-creation
create index media_unheard_idx on media (stored_at) where hearing = 'waiting';
-- squawk-ignore require-concurrent-index-creation
create index media_heard_idx on media (account_id, stored_at) where hearing <> '';

select guard_tables();
