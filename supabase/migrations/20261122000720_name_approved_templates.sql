-- Messengers that send an approved template by its name need no bot that holds it.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

alter table templates add column approved_name text;
comment on column templates.approved_name is 'The approved template of the same meaning by its name at the messenger, with its language where that is another one: name or name:en_US.';
