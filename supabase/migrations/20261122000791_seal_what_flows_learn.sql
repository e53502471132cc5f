-- What a customer tells a flow is kept sealed. The place in the flow stays readable: dashboards count by it.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

alter table conversations add column flow_sealed text;
comment on column conversations.flow_sealed is 'What the flow has learnt of the customer, encrypted with Fernet; the workers seal what older releases have left plain.';
comment on column conversations.flow_state is 'Where the flow stands, without what the customer told it: see flow_sealed.';

-- Soon empty, and asked for every minute. No rows are locked for longer than a table of chats takes to be read.
-- squawk-ignore require-concurrent-index-creation
create index conversations_plain_flow_idx on conversations (id) where flow_state -> 'data' <> '{}'::jsonb;
