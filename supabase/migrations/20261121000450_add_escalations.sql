-- How many salespeople have let a customer wait since the bot gave the chat away; and follow-ups that want silence.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

alter table conversations add column escalations smallint not null default 0;
comment on column conversations.escalations is 'Salespeople who let the customer wait since the hand-over; the next one is told by the timer sla.';

alter table outbox add column quiet_since timestamptz;
comment on column outbox.quiet_since is 'A follow-up: it goes only if neither the customer nor a person has written after this.';

alter table outbox add column not_after timestamptz;
comment on column outbox.not_after is 'After this it is not sent: the window that the customer''s last word has opened is closed.';
