-- People who were erased: that it was done, and the hash by which their phone is never written to again.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

create table erasure_keys (
    account_id bigint primary key references accounts on delete cascade,
    sealed text not null,
    created_at timestamptz not null default now()
);
comment on table erasure_keys is 'MultiFernet token of the key under which an account''s erased phones are hashed: without it no phone can be guessed.';

create table erasures (
    id bigint generated always as identity primary key,
    account_id bigint not null references accounts on delete cascade,
    requested_by text not null,
    counts jsonb not null default '{}',
    signature text not null default '',
    created_at timestamptz not null default now()
);
comment on table erasures is 'That a person was erased, when, by whom and how much there was. Nothing about who it was.';
create index erasures_account_idx on erasures (account_id, id desc);

create table erased_phones (
    account_id bigint not null references accounts on delete cascade,
    phone_hash bytea not null,
    erasure_id bigint not null references erasures on delete cascade,
    created_at timestamptz not null default now(),
    primary key (account_id, phone_hash)
);
comment on table erased_phones is 'Phones that are never written to again, as keyed hashes of every form that a messenger knows them by.';
create index erased_phones_erasure_idx on erased_phones (erasure_id);

alter table contacts add column opted_in_at timestamptz;
comment on column contacts.opted_in_at is 'When the customer asked for messages again: newer than an erasure, it counts more.';

alter table erasure_keys enable row level security;
alter table erasures enable row level security;
alter table erased_phones enable row level security;

select guard_tables();
