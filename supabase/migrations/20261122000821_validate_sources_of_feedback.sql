-- The rows that were there before the longer list of sources: a transaction of its own, for it reads them all.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

alter table feedback validate constraint feedback_source_check;
