-- Writing first: triggers, templates, what was asked for and what became of it, follow-ups, consents, the breaker.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

create table proactive_triggers (
    account_id bigint not null references accounts on delete cascade,
    name text not null check (name ~ '^[a-z][a-z0-9_]{1,39}$'),
    enabled boolean not null default true,
    consent text not null default 'implied' check (consent in ('implied', 'required')),
    areas text[] not null default '{}',
    variables text[] not null default '{}',
    ladder integer[] not null default '{60,1440,4320}',
    hours jsonb,
    quiet_from time not null default '21:00',
    quiet_until time not null default '08:00',
    per_contact integer not null default 3 check (per_contact between 1 and 100),
    per_day integer not null default 1000 check (per_day between 1 and 100000),
    outside_window text not null default 'task' check (outside_window in ('task', 'deny')),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (account_id, name)
);
comment on table proactive_triggers is 'On what Ponte writes first, and under which conditions.';
comment on column proactive_triggers.consent is 'implied: who fills in our form asks for an answer. required: only with a recorded yes.';
comment on column proactive_triggers.ladder is 'Minutes after the first message at which a follow-up is due, while nobody has written.';
comment on column proactive_triggers.hours is 'When follow-ups may go, as written hours; null: the hours of the account.';
comment on column proactive_triggers.per_contact is 'Messages of ours that begin something, for one contact in a day; follow-ups count too.';

create table templates (
    id bigint generated always as identity primary key,
    account_id bigint not null references accounts on delete cascade,
    trigger text not null,
    locale text not null check (locale in ('pt-BR', 'es', 'en')),
    step smallint not null check (step between 0 and 10),
    version integer not null,
    body text not null,
    variables text[] not null default '{}',
    salesbot_id bigint,
    created_by text not null,
    created_at timestamptz not null default now(),
    unique (account_id, trigger, locale, step, version),
    foreign key (account_id, trigger) references proactive_triggers on delete cascade
);
comment on table templates is 'Every version that was ever saved; the newest counts. Step 0 is the first message, 1 and up the follow-ups.';
comment on column templates.salesbot_id is 'The Salesbot that sends the approved template of the same meaning, for after the 24 hours.';

create table consents (
    id bigint generated always as identity primary key,
    account_id bigint not null references accounts on delete cascade,
    phone text,
    contact_id text,
    granted boolean not null,
    source text not null,
    created_at timestamptz not null default now(),
    check (phone is not null or contact_id is not null)
);
comment on table consents is 'Who said yes or no to being written to, where and when; the newest word counts.';
create index consents_phone_idx on consents (account_id, phone, id desc);
create index consents_contact_idx on consents (account_id, contact_id, id desc);

create table card_claims (
    account_id bigint not null references accounts on delete cascade,
    subject text not null,
    contact_id text,
    claimed_until timestamptz not null default '-infinity',
    in_doubt boolean not null default false,
    created_at timestamptz not null default now(),
    primary key (account_id, subject)
);
comment on table card_claims is 'Who may make a contact (phone:...) or a lead (contact:...) in the CRM now: one at a time, so that there is never a second.';
comment on column card_claims.in_doubt is 'A call that makes the card got no answer: look twice before the next.';

create table outreaches (
    id bigint generated always as identity primary key,
    account_id bigint not null references accounts on delete cascade,
    trigger text not null,
    subject text not null,
    idempotency_key text,
    request_digest text,
    day date not null,
    phone text,
    contact_id text,
    contact_ids text[] not null default '{}',
    lead_id text,
    conversation_id bigint references conversations on delete set null,
    seller_id text,
    locale text,
    data jsonb not null default '{}',
    state text not null default 'waiting'
        check (state in ('waiting', 'sending', 'sent', 'tasked', 'denied', 'duplicate', 'failed', 'doubt')),
    way text not null default '',
    reasons text[] not null default '{}',
    attempts integer not null default 0,
    due_at timestamptz not null,
    claimed_until timestamptz not null default '-infinity',
    sent_at timestamptz,
    duplicate_of bigint,
    requested_by text not null default '',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table outreaches is 'Each wish to write first: one for a contact, a trigger and a day, and one for an idempotency key.';
comment on column outreaches.request_digest is 'What was asked for with the idempotency key: another request with it is refused.';
comment on column outreaches.contact_ids is 'Every card of this person in the CRM, as far as the phone shows: the word of one counts for all.';
comment on column outreaches.reasons is 'Why it was denied, or what it waits for.';
create unique index outreaches_key_idx on outreaches (account_id, idempotency_key) where idempotency_key is not null;
-- What was denied or failed does not stand in the way of the next wish of the day.
create unique index outreaches_subject_idx on outreaches (account_id, subject, trigger, day)
    where state not in ('duplicate', 'denied', 'failed');
create unique index outreaches_contact_idx on outreaches (account_id, contact_id, trigger, day)
    where contact_id is not null and state not in ('duplicate', 'denied', 'failed');
create index outreaches_begun_idx on outreaches (account_id) where state = 'sending';
create index outreaches_due_idx on outreaches (account_id, due_at) where state in ('waiting', 'sending');
create index outreaches_sent_idx on outreaches (account_id, sent_at) where sent_at is not null;
create index outreaches_conversation_idx on outreaches (conversation_id);
create index outreaches_people_idx on outreaches using gin (contact_ids);
-- squawk-ignore require-concurrent-index-creation
create index contacts_phones_idx on contacts using gin (phones);

create table follow_ups (
    account_id bigint not null references accounts on delete cascade,
    outreach_id bigint not null references outreaches on delete cascade,
    step smallint not null,
    contact_id text not null,
    due_at timestamptz not null,
    state text not null default 'pending' check (state in ('pending', 'sending', 'sent', 'cancelled')),
    reason text not null default '',
    claimed_until timestamptz not null default '-infinity',
    sent_at timestamptz,
    created_at timestamptz not null default now(),
    primary key (outreach_id, step)
);
comment on table follow_ups is 'The ladder of an outreach: sent only into silence, cancelled by any word of the customer or of a person.';
create index follow_ups_account_idx on follow_ups (account_id, contact_id);
create index follow_ups_due_idx on follow_ups (account_id, due_at) where state in ('pending', 'sending');
create index follow_ups_sent_idx on follow_ups (account_id, sent_at) where sent_at is not null;

create table outreach_breakers (
    account_id bigint primary key references accounts on delete cascade,
    floor integer not null default 100 check (floor >= 1),
    tripped_at timestamptz,
    tripped_count integer,
    usual double precision,
    reset_at timestamptz,
    reset_by text,
    created_at timestamptz not null default now()
);
comment on table outreach_breakers is 'Trips when a day brings three times the usual volume, and stays so until a person resets it.';
comment on column outreach_breakers.floor is 'So many messages in a day never trip it, however quiet the days before were.';

alter table proactive_triggers enable row level security;
alter table templates enable row level security;
alter table consents enable row level security;
alter table card_claims enable row level security;
alter table outreaches enable row level security;
alter table follow_ups enable row level security;
alter table outreach_breakers enable row level security;
