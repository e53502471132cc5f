-- What a second inbox refuses of one conversation holds up no other one; and every inbox is looked at again, for one with
-- a webhook may send what it is shown.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

alter table inbox_lines add column not_before timestamptz not null default '-infinity';
comment on column inbox_lines.not_before is 'Its conversation was refused there, and is left alone until then.';

update inbox_mirrors set prepared_at = null;
