-- name: sheet
-- The sheet of an account, its key sealed.
select s.*, a.timezone, a.settings ->> 'flow' as flow from sheets s join accounts a on a.id = s.account_id
where s.account_id = $1

-- name: set_sheet
-- Whole. Another spreadsheet begins with nothing in it, and what was failing is tried at once. $8: the key is the one
-- that is kept already.
insert into sheets (account_id, spreadsheet, conversation_tab, browser_tab, words_tab, other_events, sealed_key)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (account_id) do update set spreadsheet = excluded.spreadsheet,
    conversation_tab = excluded.conversation_tab, browser_tab = excluded.browser_tab, words_tab = excluded.words_tab,
    other_events = excluded.other_events, sealed_key = excluded.sealed_key, prepared_at = null, tries = 0,
    not_before = '-infinity', words_trouble = '', updated_at = now(),
    key_at = case when $8 then sheets.key_at else now() end

-- name: key_kept
select sealed_key from sheets where account_id = $1

-- name: begin_anew
-- Another spreadsheet gets everything that the record holds, at once: whoever is still at the old one has lost its turn.
with gone as (delete from sheet_rows where account_id = $1)
update sheets set seen_id = 0, horizon_id = 0, horizon_at = '-infinity', mirrored_at = null, turn = turn + 1,
    held_until = '-infinity'
where account_id = $1

-- name: drop_sheet
delete from sheets where account_id = $1 returning account_id

-- name: log_sheet
insert into event_log (account_id, who, what, details) values ($1, $2, $3, $4)

-- name: due_sheets
-- A sweep over all accounts: sheets at which nobody is, and that have something to do or have not been looked at lately.
select s.account_id from sheets s join accounts a on a.id = s.account_id
where a.state <> 'closed' and s.held_until < now() and s.not_before <= $1::timestamptz
  and (s.horizon_at < $1::timestamptz - interval '5 minutes'
    or exists (select from sheet_rows r where r.account_id = s.account_id and r.state <> 'done')
    or (select max(e.id) from event_log e where e.account_id = s.account_id) > greatest(s.seen_id, s.horizon_id))
order by s.account_id
limit 500

-- name: word_sheets
-- A sweep over all accounts: whose words are kept in a sheet.
select s.account_id from sheets s join accounts a on a.id = s.account_id
where a.state <> 'closed' and s.words_tab <> ''
order by s.account_id

-- name: take_sheet
-- Nobody else is there, or whoever was has not shown itself in time, and it is not left alone for a while.
update sheets set turn = turn + 1, held_until = now() + $3::interval
where account_id = $1 and held_until < now() and not_before <= $2::timestamptz
returning turn

-- name: keep_sheet
update sheets set held_until = now() + $3::interval where account_id = $1 and turn = $2 and held_until > now()
returning turn

-- name: give_sheet
update sheets set held_until = '-infinity' where account_id = $1 and turn = $2

-- name: prepared
update sheets set prepared_at = now() where account_id = $1 and turn = $2

-- name: try_now
update sheets set not_before = '-infinity', prepared_at = null where account_id = $1

-- name: tries
-- How often it has failed in a row.
select tries from sheets where account_id = $1

-- name: went_well
-- Returns whether it had been failing.
with before as (select account_id, failing_since from sheets where account_id = $1 and turn = $2 for update)
update sheets s set tries = 0, not_before = '-infinity', failing_since = null, failed_as = ''
from before where s.account_id = before.account_id and (s.tries > 0 or before.failing_since is not null)
returning before.failing_since is not null as was_failing

-- name: went_wrong
-- Leave it alone until $4. What refuses us has to be looked at by somebody, so its tabs are looked at again too.
update sheets set tries = tries + 1, not_before = $4, failing_since = coalesce(failing_since, $3), failed_as = $5,
    prepared_at = case when $6 then null else prepared_at end
where account_id = $1 and turn = $2
returning tries

-- name: words_read
update sheets set words_read_at = $2, words_trouble = $3 where account_id = $1

-- name: sheets_state
-- For the health of an installation: how many sheets there are, how many fail, and what waits for them.
select count(*) as sheets, count(*) filter (where failing_since is not null) as failing,
    (select count(*) from sheet_rows where state <> 'done') as waiting
from sheets
