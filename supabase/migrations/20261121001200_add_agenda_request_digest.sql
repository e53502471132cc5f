-- What a request with an Idempotency-Key asked for, so that its key cannot be used for another one.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

alter table agenda add column request_digest text;
comment on column agenda.request_digest is 'SHA-256 of whom and which time the request with this request_key asked for; null: not known.';
