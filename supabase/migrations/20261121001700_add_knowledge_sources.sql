-- Where a piece of knowledge comes from, so that it can be looked up and imported again.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

alter table knowledge add column source text not null default '';
comment on column knowledge.source is 'The file or the page that it was imported from; empty: told by hand.';
