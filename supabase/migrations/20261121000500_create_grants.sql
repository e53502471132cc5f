-- OAuth grants: the pairs of tokens, who may refresh one now, what arrived from the vendor's consent page, and the
-- buckets that keep strangers at the public doors in check.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

create table grants (
    account_id bigint primary key references accounts on delete cascade,
    client_id text not null,
    refresh_token text not null,
    version bigint not null default 1,
    refreshed_at timestamptz not null default now(),
    lease_by uuid,
    lease_until timestamptz,
    lost_at timestamptz,
    created_at timestamptz not null default now()
);
comment on table grants is 'What an account''s administrator has granted by OAuth. The access token is in credentials.';
comment on column grants.refresh_token is 'MultiFernet token. The vendor takes each once, so one process at a time may use it.';
comment on column grants.version is 'Raised with every new pair: a process that read an older one has nothing to refresh.';
comment on column grants.lease_until is 'Until then the process lease_by is at the token endpoint; longer than that call may take.';
comment on column grants.lost_at is 'When the vendor refused the refresh token: only a new grant helps.';

create table oauth_states (
    nonce_hash bytea primary key,
    account_id bigint references accounts on delete cascade,
    expires_at timestamptz not null,
    used_at timestamptz,
    created_at timestamptz not null default now()
);
comment on table oauth_states is 'What we gave a browser on its way to the consent page: comes back once, in time, or not at all.';
create index oauth_states_account_idx on oauth_states (account_id);
create index oauth_states_expiry_idx on oauth_states (expires_at);

create table oauth_codes (
    id bigint generated always as identity primary key,
    account_id bigint references accounts on delete cascade,
    base_url text not null,
    sealed text,
    stage text not null default 'code' check (stage in ('code', 'pair', 'done', 'failed')),
    reason text not null default '',
    lease_until timestamptz,
    expires_at timestamptz not null,
    created_at timestamptz not null default now()
);
comment on table oauth_codes is 'A code that the vendor sends once and never again, and what it was exchanged for until the account has it.';
comment on column oauth_codes.sealed is 'MultiFernet token: the code, then the pair; null when it is over.';
create index oauth_codes_account_idx on oauth_codes (account_id);
create index oauth_codes_expiry_idx on oauth_codes (expires_at);

create table continuations (
    account_id bigint not null references accounts on delete cascade,
    lead_id text not null,
    return_url text not null,
    expires_at timestamptz not null,
    created_at timestamptz not null default now(),
    primary key (account_id, lead_id)
);
comment on table continuations is 'A Salesbot that has stopped at our step and waits for its text: one a lead, taken once.';

create table rate_buckets (
    account_id bigint not null default 0,
    door text not null,
    address_hash bytea not null,
    tokens double precision not null,
    filled_at timestamptz not null default now(),
    created_at timestamptz not null default now(),
    primary key (door, address_hash)
);
comment on table rate_buckets is 'How often an address may still knock at a public door. Account 0: no account knows these callers.';
create index rate_buckets_filled_idx on rate_buckets (filled_at);

-- What is known of the account itself: its names, its pipelines, the scopes of its token, the hooks that it accepted.
alter table accounts add column about jsonb not null default '{}';
comment on column accounts.about is 'What the vendor told of the account when it was connected: pipelines, scopes, accepted webhook codes.';

-- A stranger at a public door belongs to no account, and is written down all the same.
-- squawk-ignore ban-drop-not-null
alter table event_log alter column account_id drop not null;

alter table grants enable row level security;
alter table oauth_states enable row level security;
alter table oauth_codes enable row level security;
alter table continuations enable row level security;
alter table rate_buckets enable row level security;
