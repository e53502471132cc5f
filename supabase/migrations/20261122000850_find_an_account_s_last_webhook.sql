-- Whether a webhook has come since a moment is asked while webhooks do not come: by account, newest first.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

-- squawk-ignore require-concurrent-index-creation
create index deliveries_account_received_idx on deliveries (account_id, received_at);
