-- Which phone a one-time password was asked for, so that several chats which name one phone do not flood it.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

alter table errands add column phone_hash bytea;
alter table errands add column called_at timestamptz;
comment on column errands.phone_hash is
    'The phone of a one-time password, hashed under the account''s sealed key; emptied when two days are over.';
comment on column errands.called_at is 'When the outside was called for this phone.';

-- squawk-ignore require-concurrent-index-creation
create index errands_phone_idx on errands (account_id, phone_hash) where phone_hash is not null;

select guard_tables();
