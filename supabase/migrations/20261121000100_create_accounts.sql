-- Accounts, their secrets and keys, and the people of their CRM.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

create table accounts (
    id bigint generated always as identity primary key,
    name text not null,
    channel text not null,
    external_ref text not null,
    base_url text not null,
    webhook_secret_hash bytea not null unique,
    accepts_bare_webhook boolean not null default false,
    state text not null default 'live' check (state in ('live', 'reconnect', 'closed')),
    timezone text not null default 'America/Sao_Paulo',
    locale text not null default 'pt-BR' check (locale in ('pt-BR', 'es', 'en')),
    settings jsonb not null default '{}',
    capabilities jsonb not null default '{}',
    salesbot_id bigint,
    salesbot_field_id bigint,
    reconciled_until timestamptz,
    created_at timestamptz not null default now(),
    unique (channel, external_ref)
);
comment on table accounts is 'One client inbox. settings: the numbers of domain.account.Policy that this account changed.';

create table credentials (
    account_id bigint primary key references accounts on delete cascade,
    kind text not null check (kind in ('long_lived', 'oauth')),
    secret text not null,
    expires_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on column credentials.secret is 'MultiFernet token; the keys are in PONTE_SECRET_KEYS, never in the database.';

create table api_keys (
    id bigint generated always as identity primary key,
    account_id bigint not null references accounts on delete cascade,
    label text not null,
    key_hash bytea not null unique,
    scopes text[] not null check (scopes <@ array['read', 'node', 'admin']),
    created_at timestamptz not null default now(),
    revoked_at timestamptz
);

create table vendedores (
    account_id bigint not null references accounts on delete cascade,
    external_id text not null,
    name text not null,
    phone text not null default '',
    messenger_id text not null default '',
    is_active boolean not null default true,
    is_admin boolean not null default false,
    created_at timestamptz not null default now(),
    synced_at timestamptz not null default now(),
    primary key (account_id, external_id)
);
create index vendedores_phone_idx on vendedores (account_id, phone) where phone <> '';

create table contacts (
    account_id bigint not null references accounts on delete cascade,
    external_id text not null,
    name text not null default '',
    phones text[] not null default '{}',
    open_leads text[] not null default '{}',
    read_at timestamptz,
    opted_out_at timestamptz,
    created_at timestamptz not null default now(),
    primary key (account_id, external_id)
);
-- An order about a lead also means the chats that do not know their lead yet, of contacts that have it open.
create index contacts_open_leads_idx on contacts using gin (open_leads);
comment on column contacts.read_at is 'When phones and open_leads were last read from the CRM; null: never yet.';

alter table accounts enable row level security;
alter table credentials enable row level security;
alter table api_keys enable row level security;
alter table vendedores enable row level security;
alter table contacts enable row level security;
