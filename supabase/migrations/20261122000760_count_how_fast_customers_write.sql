-- How fast a customer writes is counted on the conversation, so that one who writes without end is answered more slowly.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

alter table conversations add column pace jsonb not null default '{}';
comment on column conversations.pace is
    'Messages of the running minute and day, and until when answers come slowly for that: counts and times only.';
