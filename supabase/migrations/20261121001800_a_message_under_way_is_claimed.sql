-- What is being sent has the moment in which it was claimed: without it no sweep would ever look at it, and it would hold
-- up everything behind it for good.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

update outbox set claimed_at = created_at where state = 'sending' and claimed_at is null;

alter table outbox add constraint outbox_sending_is_claimed check (state <> 'sending' or claimed_at is not null) not valid;
