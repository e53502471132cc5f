-- The rows that were there before the shorter list of steps: a transaction of its own, for it reads them all.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

alter table provisionings validate constraint provisionings_step_check;
