-- A Google Sheet that mirrors lines of the record, and from which a flow's words may be read.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

create table sheets (
    account_id bigint primary key references accounts on delete cascade,
    spreadsheet text not null,
    conversation_tab text not null,
    browser_tab text not null,
    words_tab text not null default '',
    other_events text[] not null default '{}',
    sealed_key text,
    prepared_at timestamptz,
    seen_id bigint not null default 0,
    horizon_id bigint not null default 0,
    horizon_at timestamptz not null default '-infinity',
    turn bigint not null default 0,
    held_until timestamptz not null default '-infinity',
    tries integer not null default 0,
    not_before timestamptz not null default '-infinity',
    failing_since timestamptz,
    failed_as text not null default '',
    mirrored_at timestamptz,
    words_read_at timestamptz,
    words_trouble text not null default '',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table sheets is 'The Google Sheet of an account. event_log is the record, the sheet is a mirror of it.';
comment on column sheets.sealed_key is 'MultiFernet token of the service account''s key; null: the installation''s.';
comment on column sheets.other_events is 'Kinds of lines that are mirrored besides those of conversations and of the browser.';
comment on column sheets.seen_id is 'Every line of the record up to here has been looked at.';
comment on column sheets.horizon_id is 'The newest line at horizon_at: a while later no older one can appear any more.';
comment on column sheets.turn is 'Fences: whoever writes holds the turn, and one that is over writes nothing down.';

create table sheet_rows (
    account_id bigint not null references sheets (account_id) on delete cascade,
    event_id bigint not null,
    tab text not null check (tab in ('conversation', 'browser')),
    state text not null default 'waiting' check (state in ('waiting', 'sending', 'done', 'blank')),
    created_at timestamptz not null default now(),
    primary key (account_id, event_id)
);
comment on table sheet_rows is 'Lines on their way into the sheet. sending: it may be there already, which is looked up; blank: its person was erased.';
create index sheet_rows_open_idx on sheet_rows (account_id, state, event_id) where state <> 'done';

alter table sheets enable row level security;
alter table sheet_rows enable row level security;

select guard_tables();
