-- What the browser room keeps of its visits to panels: the sessions, sealed, and which pictures of failures must go when.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

create table panel_sessions (
    account_id bigint not null references accounts on delete cascade,
    key text not null,
    sealed text not null,
    renewed_at timestamptz not null default now(),
    created_at timestamptz not null default now(),
    primary key (account_id, key)
);
comment on table panel_sessions is 'Cookies and local storage of an administrator''s session on a panel. Lost, it costs one login.';
comment on column panel_sessions.key is 'Recipe, address and administrator: the same panel account has one session, whoever asks.';
comment on column panel_sessions.sealed is 'MultiFernet token.';

create table panel_evidence (
    id bigint generated always as identity primary key,
    account_id bigint not null references accounts on delete cascade,
    run text not null,
    place text not null unique,
    content_type text not null,
    size bigint not null,
    expires_at timestamptz not null,
    created_at timestamptz not null default now()
);
comment on table panel_evidence is 'Files in the media store that show why a visit to a panel failed. Passwords and cookies are masked; gone after expires_at.';
create index panel_evidence_run_idx on panel_evidence (account_id, run, id);
create index panel_evidence_expiry_idx on panel_evidence (expires_at);

alter table panel_sessions enable row level security;
alter table panel_evidence enable row level security;

select guard_tables();
