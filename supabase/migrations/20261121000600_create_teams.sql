-- Teams: what is known of salespeople beyond the CRM, who owns what, who was given a chat and why, who was told what.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

alter table vendedores
    add column groups text[] not null default '{}',
    add column roles text[] not null default '{}',
    add column areas text[] not null default '{}',
    add column is_local boolean not null default false,
    add column takes_chats boolean not null default true,
    add column phone_is_ours boolean not null default false,
    add column gone_at timestamptz,
    add column updated_at timestamptz not null default now();
comment on column vendedores.areas is 'What this salesperson deals with; none means everything.';
comment on column vendedores.is_local is 'Known to Ponte only: the CRM has no such user, and no lead can be assigned to it.';
comment on column vendedores.takes_chats is 'Whether hand-overs may go here; a manager may be a user of the CRM and take none.';
comment on column vendedores.phone_is_ours is 'The phone was set here and is not overwritten by what the CRM says.';
comment on column vendedores.gone_at is 'When the CRM stopped listing this user. The row stays, for history names it.';

create table handovers (
    id bigint generated always as identity primary key,
    account_id bigint not null references accounts on delete cascade,
    conversation_id bigint references conversations on delete cascade,
    lead_id text,
    seller_id text not null,
    rule text not null,
    considered jsonb not null default '[]',
    chosen_at timestamptz not null,
    ended_at timestamptz,
    created_at timestamptz not null default now(),
    foreign key (account_id, seller_id) references vendedores on delete cascade
);
comment on table handovers is
    'Each time a chat was given to a salesperson: by which rule, and among whom. Open while nobody else got it and the bot is off.';
create index handovers_seller_idx on handovers (account_id, seller_id, chosen_at desc);
create index handovers_open_idx on handovers (account_id, seller_id) where ended_at is null;
create index handovers_lead_idx on handovers (account_id, lead_id) where ended_at is null;
create index handovers_conversation_idx on handovers (conversation_id);

create table lead_owners (
    account_id bigint not null references accounts on delete cascade,
    lead_id text not null,
    seller_id text,
    read_at timestamptz not null,
    created_at timestamptz not null default now(),
    primary key (account_id, lead_id)
);
comment on table lead_owners is 'Who the CRM said is responsible for a lead, and when it said so: a cache that all processes share.';
create index lead_owners_seller_idx on lead_owners (account_id, seller_id);

create table notices (
    id bigint generated always as identity primary key,
    account_id bigint not null references accounts on delete cascade,
    cause text not null,
    about text not null default '',
    seller_id text,
    lead_id text,
    conversation_id bigint references conversations on delete cascade,
    details jsonb not null default '{}',
    round integer not null default 1,
    is_open boolean not null default true,
    sent text[] not null default '{}',
    round_at timestamptz not null,
    told_at timestamptz not null,
    delivered_at timestamptz,
    created_at timestamptz not null default now(),
    unique (account_id, cause, about)
);
comment on table notices is
    'What operators and salespeople are told: once per cause an hour, once when it is well again. Holds codes and ids only.';
comment on column notices.round is 'Counts the tellings; a job that carries an older one has nothing to do.';
comment on column notices.sent is 'The ways by which this round has been told already.';
create index notices_conversation_idx on notices (conversation_id);
create index notices_untold_idx on notices (round_at) where delivered_at is null;

alter table handovers enable row level security;
alter table lead_owners enable row level security;
alter table notices enable row level security;
