-- The id that the messenger gave to an approved template: by it comes what became of the message.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

alter table outreaches add column message_id text;
alter table outreaches add column delivered_at timestamptz;
alter table outreaches add column landings text[] not null default '{}';
comment on column outreaches.message_id is 'The messenger''s id of the template that was sent.';
comment on column outreaches.delivered_at is 'When we heard that it arrived; after that nothing says that it did not.';
comment on column outreaches.landings is
    'While its call is out: what the messenger tells of messages that nobody knows yet, as trouble and id.';

alter table follow_ups add column message_id text;
alter table follow_ups add column delivered_at timestamptz;
alter table follow_ups add column landings text[] not null default '{}';
comment on column follow_ups.message_id is 'The messenger''s id of the template that was sent.';
comment on column follow_ups.delivered_at is 'When we heard that it arrived.';
comment on column follow_ups.landings is 'As in outreaches.';

-- squawk-ignore require-concurrent-index-creation
create index outreaches_message_idx on outreaches (account_id, message_id) where message_id is not null;
-- squawk-ignore require-concurrent-index-creation
create index follow_ups_message_idx on follow_ups (account_id, message_id) where message_id is not null;
