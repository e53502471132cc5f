-- How many salespeople have let a customer wait since the bot gave the chat away.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

alter table conversations add column escalations smallint not null default 0;
comment on column conversations.escalations is 'Salespeople who let the customer wait since the hand-over; the next one is told by the timer sla.';
