-- What the webhooks of an account are signed with, where its channel signs them. Two are valid while one is rotated.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

create table signing_secrets (
    id bigint generated always as identity primary key,
    account_id bigint not null references accounts on delete cascade,
    sealed text not null,
    retires_at timestamptz,
    created_at timestamptz not null default now()
);
comment on table signing_secrets is 'Secrets with which an account''s webhooks are signed; the newest that has not retired is the one to use.';
comment on column signing_secrets.sealed is 'MultiFernet token.';
create index signing_secrets_account_idx on signing_secrets (account_id, id);

alter table signing_secrets enable row level security;

select guard_tables();
