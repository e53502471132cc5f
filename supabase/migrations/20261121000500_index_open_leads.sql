-- An order about a lead also means the chats that do not know their lead yet, of contacts that have it open.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

create index contacts_open_leads_idx on contacts using gin (open_leads);
