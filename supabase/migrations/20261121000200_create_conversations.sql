-- The engine: the actor (conversations), its mailbox (inbox), what it remembers, asks and sends.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

create table conversations (
    id bigint generated always as identity primary key,
    account_id bigint not null references accounts on delete cascade,
    channel text not null,
    chat_id text not null,
    talk_id text,
    contact_id text,
    lead_id text,
    origin text not null default '',
    locale text,
    bot_on boolean not null default true,
    epoch integer not null default 0,
    pause_reason text,
    paused_by text,
    paused_until timestamptz,
    pause_fixed boolean not null default false,
    control_at timestamptz,
    released_at timestamptz,
    resting boolean not null default false,
    opted_out boolean not null default false,
    folds integer not null default 0,
    turns integer not null default 0,
    lines integer not null default 0,
    superseded smallint not null default 0,
    last_customer_at timestamptz,
    last_human_at timestamptz,
    other_bot_at timestamptz,
    linked_at timestamptz not null default '-infinity',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (account_id, channel, chat_id)
);
comment on column conversations.epoch is 'Raised by every switch-off: whatever was written under an older epoch is never sent.';
comment on column conversations.folds is 'Customer messages folded so far; a turn''s watermark is this number when it opened.';
create index conversations_contact_idx on conversations (account_id, contact_id);
create index conversations_lead_idx on conversations (account_id, lead_id);
create index conversations_active_idx on conversations (account_id, last_customer_at desc, id desc);
create index conversations_human_idx on conversations (account_id, last_human_at desc) where last_human_at is not null;
create index conversations_paused_idx on conversations (account_id) where not bot_on;

create table pauses (
    account_id bigint not null references accounts on delete cascade,
    scope text not null check (scope in ('contact', 'lead')),
    external_id text not null,
    paused boolean not null,
    paused_by text not null,
    reason text not null default '',
    paused_until timestamptz,
    control_at timestamptz not null,
    created_at timestamptz not null default now(),
    primary key (account_id, scope, external_id)
);
comment on table pauses is 'The newest word about a whole contact or lead: conversations that come later obey it too.';

create table deliveries (
    id bigint generated always as identity primary key,
    account_id bigint not null references accounts on delete cascade,
    channel text not null,
    hash bytea not null,
    body bytea,
    state text not null check (state in ('decoded', 'raw', 'quarantined')),
    reason text not null default '',
    received_at timestamptz not null default now(),
    created_at timestamptz not null default now(),
    unique (account_id, hash)
);
comment on column deliveries.body is 'The bytes as they came, kept 14 days; the hash stays to know a repeat.';
create index deliveries_received_idx on deliveries (received_at);
create index deliveries_unread_idx on deliveries (account_id, id) where state <> 'decoded';

create table inbox (
    id bigint generated always as identity primary key,
    account_id bigint not null references accounts on delete cascade,
    channel text not null,
    external_id text not null,
    conversation_id bigint references conversations on delete cascade,
    kind text not null,
    body jsonb not null,
    words text,
    at timestamptz not null,
    received_at timestamptz not null default now(),
    folded_at timestamptz,
    verdict text,
    after jsonb,
    created_at timestamptz not null default now(),
    unique (account_id, channel, external_id)
);
comment on column inbox.after is 'The visible state of the conversation after this event: what /debug/conversations?at= replays.';
create index inbox_unread_idx on inbox (conversation_id, id) where folded_at is null;
create index inbox_folded_idx on inbox (conversation_id, folded_at desc) where folded_at is not null;
create index inbox_received_idx on inbox (received_at);
create index inbox_stranded_idx on inbox (received_at) where folded_at is null;

create table mensagens (
    id bigint generated always as identity primary key,
    account_id bigint not null references accounts on delete cascade,
    conversation_id bigint not null references conversations on delete cascade,
    fold integer,
    author text not null check (author in ('customer', 'human', 'bot')),
    author_id text not null default '',
    kind text not null,
    text text not null,
    media jsonb,
    external_id text,
    at timestamptz not null,
    received_at timestamptz not null default now(),
    answered boolean not null default true,
    created_at timestamptz not null default now()
);
comment on table mensagens is 'The history that brains and people see. No command and no internal note is ever here.';
create unique index mensagens_fold_idx on mensagens (conversation_id, fold) where fold is not null;
create index mensagens_unanswered_idx on mensagens (conversation_id, fold) where not answered;
create index mensagens_history_idx on mensagens (conversation_id, id desc);

create table turns (
    account_id bigint not null references accounts on delete cascade,
    conversation_id bigint not null references conversations on delete cascade,
    number integer not null,
    epoch integer not null,
    watermark integer not null,
    answers integer[] not null,
    rung smallint not null default 0,
    state text not null default 'open'
        check (state in ('open', 'admitted', 'superseded', 'dropped', 'failed', 'handed_over', 'closed')),
    reason text not null default '',
    brain text not null default '',
    received_at timestamptz,
    settled_at timestamptz not null,
    asked_at timestamptz,
    answered_at timestamptz,
    admitted_at timestamptz,
    closed_at timestamptz,
    delivered_at timestamptz,
    created_at timestamptz not null default now(),
    primary key (conversation_id, number)
);
comment on table turns is 'Every attempt to answer a burst, with its stages: received, settled, asked, answered, admitted, delivered.';
create unique index turns_open_idx on turns (conversation_id) where state = 'open';
create index turns_asking_idx on turns (settled_at) where state = 'open';

create table outbox (
    id bigint generated always as identity primary key,
    account_id bigint not null references accounts on delete cascade,
    conversation_id bigint not null references conversations on delete cascade,
    number integer not null,
    kind text not null check (kind in ('message', 'note', 'tags', 'assign')),
    turn integer,
    epoch integer not null,
    answers integer[] not null default '{}',
    farewell boolean not null default false,
    body text not null default '',
    details jsonb not null default '{}',
    words text not null default '',
    state text not null default 'pending'
        check (state in ('pending', 'held', 'sending', 'sent', 'cancelled', 'person', 'failed')),
    attempt integer not null default 0,
    way text not null default '',
    reason text not null default '',
    not_before timestamptz,
    claimed_at timestamptz,
    absent_since timestamptz,
    external_id text,
    sent_at timestamptz,
    idempotency_key text,
    created_at timestamptz not null default now(),
    unique (conversation_id, number)
);
comment on column outbox.state is
    'pending -> sending -> sent. held: a CRM write without a sure lead. person: in doubt or refused, a person decides.';
create index outbox_line_idx on outbox (conversation_id, number) where kind = 'message' and state in ('pending', 'sending');
create index outbox_crm_idx on outbox (conversation_id, number) where kind <> 'message' and state in ('pending', 'sending', 'held');
create index outbox_echo_idx on outbox (conversation_id, external_id) where external_id is not null;
create index outbox_words_idx on outbox (conversation_id, words) where external_id is null and attempt > 0;
create index outbox_sending_idx on outbox (claimed_at) where state = 'sending';
create index outbox_waiting_idx on outbox (created_at) where state in ('pending', 'held', 'person', 'failed');
create index outbox_open_idx on outbox (account_id, state) where state in ('pending', 'held', 'sending', 'person', 'failed');
create unique index outbox_idempotency_idx on outbox (account_id, idempotency_key) where idempotency_key is not null;

create table timers (
    account_id bigint not null references accounts on delete cascade,
    conversation_id bigint not null references conversations on delete cascade,
    kind text not null,
    due_at timestamptz not null,
    created_at timestamptz not null default now(),
    primary key (conversation_id, kind)
);
create index timers_due_idx on timers (due_at);

create table event_log (
    id bigint generated always as identity primary key,
    account_id bigint not null references accounts on delete cascade,
    conversation_id bigint,
    at timestamptz not null default now(),
    who text not null,
    what text not null,
    why text not null default '',
    details jsonb not null default '{}',
    created_at timestamptz not null default now()
);
comment on table event_log is 'Append-only audit: who changed what, and why. Holds ids and codes, no customer text.';
create index event_log_conversation_idx on event_log (conversation_id, id desc);
create index event_log_account_idx on event_log (account_id, id desc);
create index event_log_window_idx on event_log (account_id) where what = 'echo_by_words';

create table governor (
    account_id bigint not null,
    egress text not null,
    next_at timestamptz not null default '-infinity',
    held_until timestamptz not null default '-infinity',
    slowed_until timestamptz not null default '-infinity',
    created_at timestamptz not null default now(),
    primary key (account_id, egress)
);
comment on table governor is 'The next free call slot: account 0 for an address of ours, egress * for a vendor account. Shared by all processes.';

create table governor_bids (
    account_id bigint not null,
    egress text not null,
    process uuid not null,
    lane smallint not null,
    since timestamptz not null,
    ready_at timestamptz not null,
    seen_at timestamptz not null,
    created_at timestamptz not null default now(),
    primary key (account_id, egress, process)
);
comment on table governor_bids is 'The most urgent waiting call of each process; a bid not renewed for two seconds is dead.';

alter table conversations enable row level security;
alter table pauses enable row level security;
alter table deliveries enable row level security;
alter table inbox enable row level security;
alter table mensagens enable row level security;
alter table turns enable row level security;
alter table outbox enable row level security;
alter table timers enable row level security;
alter table event_log enable row level security;
alter table governor enable row level security;
alter table governor_bids enable row level security;

create function forbid_change() returns trigger language plpgsql set search_path = '' as $$
begin
    raise exception 'event_log is append-only';
end
$$;
create trigger event_log_is_append_only before update on event_log
    for each row execute function public.forbid_change();
