-- A messenger knows one person by several names: a phone, an id of the business's own. All of them lead to one chat.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

create table chat_names (
    account_id bigint not null references accounts on delete cascade,
    known_as text not null,
    channel text not null,
    chat_id text,
    created_at timestamptz not null default now(),
    primary key (account_id, known_as, channel)
);
comment on table chat_names is 'By which names a messenger knows whoever has a chat. Written with the delivery that tells it.';
comment on column chat_names.known_as is 'A phone, in the one form in which we know it, or the messenger''s own id of the person.';
comment on column chat_names.chat_id is 'The chat. Empty only inside the transaction that hears of the name first.';

select guard_tables();
