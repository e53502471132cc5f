-- What customers send besides words: fetched once, kept in the account's media store, linked to its message.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

create table media (
    id bigint generated always as identity primary key,
    account_id bigint not null references accounts on delete cascade,
    conversation_id bigint not null references conversations on delete cascade,
    mensagem_id bigint not null unique references mensagens on delete cascade,
    state text not null default 'waiting' check (state in ('waiting', 'stored', 'refused')),
    reason text not null default '',
    attempts smallint not null default 0,
    place text,
    content_type text not null default '',
    size bigint not null default 0,
    hash bytea,
    stored_at timestamptz,
    created_at timestamptz not null default now(),
    check ((state = 'stored') = (place is not null))
);
comment on table media is 'The attachments of customers'' messages. place: the key in the media store, a folder or Supabase Storage.';
comment on column media.reason is 'Why it was refused: the code of the error, such as too_large or wrong_type.';
create index media_account_idx on media (account_id, id desc);
create index media_conversation_idx on media (conversation_id, id);
create index media_waiting_idx on media (created_at) where state = 'waiting';

alter table media enable row level security;
