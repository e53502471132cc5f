-- name: horizon
-- Everything up to the newest line of a while ago has been collected, for no transaction lasts that long.
update sheets set seen_id = greatest(seen_id, horizon_id), horizon_at = $3::timestamptz,
    horizon_id = coalesce((select max(id) from event_log where account_id = $1), 0)
where account_id = $1 and turn = $2 and horizon_at < $3::timestamptz - interval '5 minutes'

-- name: collect
-- The next lines that belong into the sheet. A request that a flow has made is told once, by the flow, and so is its
-- answer; what comes of a replay after that the flow does not hear. A line of which only the name is left is what an
-- erasure leaves.
insert into sheet_rows (account_id, event_id, tab)
select e.account_id, e.id, case when e.what = 'browser' then 'browser' else 'conversation' end
from event_log e join sheets s on s.account_id = e.account_id
where e.account_id = $1 and s.turn = $2 and e.id > s.seen_id
  and (e.who = 'flow' or e.what in ('rpa_request', 'rpa_response', 'browser') or e.what = any (s.other_events))
  and (e.details <> '{}' or e.why <> '')
  and not exists (select from sheet_rows r where r.account_id = e.account_id and r.event_id = e.id)
  and not (e.who = 'ponte' and e.what in ('rpa_request', 'rpa_response') and 'rpa_request' is not distinct from (
      select max(f.what) from event_log f
      where f.conversation_id = e.conversation_id and f.who = 'flow'
        and (f.what = 'rpa_request' or (f.what = 'rpa_response' and f.id < e.id))
        and f.details ->> 'candidate_username' = e.details ->> 'candidate_username'))
order by e.id
limit $3
on conflict (account_id, event_id) do nothing

-- name: waiting_tab
-- Where the oldest line goes that waits.
select tab from sheet_rows where account_id = $1 and state = 'waiting' order by event_id limit 1

-- name: claim
-- The oldest lines that wait for a tab, by whoever holds the turn.
with next as (
    select event_id from sheet_rows where account_id = $1 and state = 'waiting' and tab = $3
      and exists (select from sheets s where s.account_id = $1 and s.turn = $2 and s.held_until > now())
    order by event_id limit $4 for update
)
update sheet_rows r set state = 'sending' from next where r.account_id = $1 and r.event_id = next.event_id
returning r.event_id

-- name: lines
-- The lines themselves; one whose person was erased meanwhile is not there any more.
select id, at, who, what, why, conversation_id, details from event_log
where account_id = $1 and id = any ($2::bigint[]) order by id

-- name: in_state
-- Lines of a state, the oldest first.
select event_id, tab from sheet_rows where account_id = $1 and state = $2 and state <> 'done'
order by event_id limit 1000

-- name: written
-- They are in the sheet. What is to be blanked stays so, and whoever has lost the turn was at another sheet.
update sheet_rows set state = 'done' where account_id = $1 and event_id = any ($2::bigint[]) and state in ('sending', 'waiting')
  and exists (select from sheets s where s.account_id = $1 and s.turn = $3)

-- name: unwritten
-- They are certainly not in the sheet.
update sheet_rows set state = 'waiting' where account_id = $1 and event_id = any ($2::bigint[]) and state = 'sending'
  and exists (select from sheets s where s.account_id = $1 and s.turn = $3)

-- name: blanked
delete from sheet_rows where account_id = $1 and event_id = any ($2::bigint[]) and state = 'blank'
  and exists (select from sheets s where s.account_id = $1 and s.turn = $3)

-- name: mirrored
update sheets set mirrored_at = $2 where account_id = $1 and turn = $3

-- name: pending
-- What is still to be done at an account's sheet.
select count(*) from sheet_rows where account_id = $1 and state <> 'done'

-- name: prune_sheet_rows
-- What is in the sheet and will not be looked at again.
delete from sheet_rows r using sheets s
where s.account_id = r.account_id and r.state = 'done' and r.event_id <= s.seen_id and r.created_at < now() - interval '1 day'
