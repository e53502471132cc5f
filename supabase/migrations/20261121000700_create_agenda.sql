-- The agenda: when salespeople can be met, and what is held and booked. Two live bookings of one salesperson never
-- overlap, whoever writes them.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

create schema if not exists extensions;
create extension if not exists btree_gist with schema extensions;

create table disponibilidade (
    account_id bigint not null references accounts on delete cascade,
    seller_id text not null,
    timezone text not null,
    week jsonb not null default '{}',
    exceptions jsonb not null default '{}',
    holidays text not null default '',
    slot_minutes smallint not null default 30 check (slot_minutes between 5 and 720),
    buffer_before smallint not null default 0 check (buffer_before between 0 and 240),
    buffer_after smallint not null default 0 check (buffer_after between 0 and 240),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (account_id, seller_id),
    foreign key (account_id, seller_id) references vendedores on delete cascade
);
comment on table disponibilidade is 'When a salesperson can be met. Who has no row keeps the hours of the account.';
comment on column disponibilidade.week is 'Local hours by day: {"mon": ["09:00-12:00", "13:00-18:00"]}; a day that is missing is off.';
comment on column disponibilidade.exceptions is 'Days that differ: {"2026-12-24": ["09:00-12:00"], "2026-12-28": []}.';
comment on column disponibilidade.holidays is 'The country or region whose public holidays are days off: BR, BR-SP; empty: none.';
comment on column disponibilidade.buffer_before is 'Minutes that stay free before each booking; buffer_after: after it.';

create table agenda (
    id bigint generated always as identity primary key,
    account_id bigint not null references accounts on delete cascade,
    seller_id text not null,
    conversation_id bigint references conversations on delete set null,
    contact_id text,
    lead_id text,
    title text not null default '',
    state text not null check (state in ('held', 'booked', 'cancelled', 'expired', 'no_show')),
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    taken tstzrange not null,
    timezone text not null,
    hold_until timestamptz,
    receipt text,
    request_key text,
    moves integer not null default 0,
    reminded integer[] not null default '{}',
    booked_at timestamptz,
    ended_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    foreign key (account_id, seller_id) references vendedores on delete cascade,
    check (starts_at < ends_at),
    check (taken @> tstzrange(starts_at, ends_at)),
    check ((state = 'held') = (hold_until is not null)),
    check (state not in ('booked', 'no_show') or (receipt is not null and booked_at is not null)),
    constraint agenda_no_overlap exclude using gist (account_id with =, seller_id with =, taken with &&)
        where (state in ('held', 'booked'))
);
comment on table agenda is 'Held and booked times. The receipt is what makes a booking real: no reply may claim one without it.';
comment on column agenda.taken is 'From start to end with the buffers around: no two live rows of one salesperson overlap in it.';
comment on column agenda.timezone is 'The customer''s zone, in which the time was agreed and is told again.';
comment on column agenda.moves is 'How often it was moved; the SEQUENCE of the calendar file and part of a reminder''s key.';
comment on column agenda.reminded is 'The reminders of this time that were dealt with, in minutes before it.';
create index agenda_seller_idx on agenda (account_id, seller_id, starts_at);
create index agenda_starts_idx on agenda (account_id, starts_at, id);
create index agenda_contact_idx on agenda (account_id, contact_id, starts_at) where contact_id is not null;
create index agenda_lead_idx on agenda (account_id, lead_id, starts_at) where lead_id is not null;
create index agenda_conversation_idx on agenda (conversation_id) where conversation_id is not null;
create index agenda_held_idx on agenda (hold_until) where state = 'held';
create index agenda_coming_idx on agenda (starts_at) where state = 'booked';
create unique index agenda_receipt_idx on agenda (account_id, receipt) where receipt is not null;
create unique index agenda_request_idx on agenda (account_id, request_key) where request_key is not null;

alter table disponibilidade enable row level security;
alter table agenda enable row level security;
