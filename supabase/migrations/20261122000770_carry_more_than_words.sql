-- A message may carry answers to tap, or an attachment. Its body stays the same in words, for whoever reads words.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

alter table outbox add column content jsonb;
comment on column outbox.content is 'Buttons, a list or an attachment, as the channel shows them beside the words; null: words alone. Only of messages.';

-- What a customer tapped comes back with the id that its sender gave it.
alter table mensagens add column choice text not null default '';
comment on column mensagens.choice is 'The id of the button or of the row of a list that the customer tapped; empty: the text was written.';

-- Accounts that were connected before learn what their channel shows.
update accounts set capabilities = capabilities || '{"shows": ["audio", "buttons", "document", "image", "list", "video"]}'
where channel = 'whatsapp' and capabilities ? 'ways';
update accounts set capabilities = capabilities || '{"shows": ["audio", "image"]}'
where channel = 'twilio' and capabilities ? 'ways';
