-- Since when the secrets of sheets and second inboxes are what they are, so that their age is told like any other's.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

alter table sheets add column key_at timestamptz not null default now();
comment on column sheets.key_at is 'Since when the service account''s key is the one that is kept.';
update sheets set key_at = created_at;

alter table inbox_mirrors add column token_at timestamptz not null default now();
comment on column inbox_mirrors.token_at is 'Since when the tokens are those that are kept.';
update inbox_mirrors set token_at = created_at;
