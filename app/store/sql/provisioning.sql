-- name: ask
-- Write down what is wanted; nothing where it is written down already.
insert into provisionings (account_id, operation, request_key, request_digest, conversation, conversation_id,
    captured_name, candidate, attempt, most_names, amount, locale, sealed_password, deadline, callback_url, requested_by)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
on conflict (account_id, operation, request_key) do nothing
returning *

-- name: asked
select * from provisionings where account_id = $1 and operation = $2 and request_key = $3

-- name: provisioning
select * from provisionings where account_id = $1 and id = $2

-- name: lock_chat
select id from conversations where account_id = $1 and id = $2 for update

-- name: made_for
-- What was made in a conversation of ours, is being made, or may have been: none of these is begun again.
select * from provisionings
where conversation_id = $2 and account_id = $1 and operation = 'create_user'
  and (status = 'success' or state in ('waiting', 'running') or (state = 'dead' and step in ('writing', 'written')))
order by id desc limit 1

-- name: position
-- How many stand before it, itself included: also those of other accounts by whom the same panel account is used.
select count(*) from provisionings
where state in ('waiting', 'running') and id <= $2 and account_id in (
    select $1
    union
    select n.account_id from panels m
    join panels n on n.base_url = m.base_url and n.recipe = m.recipe and n.admin_user = m.admin_user
    where m.account_id = $1)

-- name: next_due
-- The next one of those who share a panel account ($1), for whoever holds the lease; also one whose holder has gone. Never
-- one that is in other hands under another lease, nor one whose name another request may have written already ($5).
update provisionings p set state = 'running', run = p.run + 1, panel = $3, updated_at = now(),
    site = case when p.step = 'accepted' then $5 else p.site end
where p.id = (
    select q.id from provisionings q
    where q.account_id = any ($1::bigint[]) and q.state in ('waiting', 'running')
      and q.not_before <= greatest($2::timestamptz, now())
      and not exists (
          select from panel_leases l where l.panel = q.panel and l.held_until > now() and q.state = 'running'
            and (l.panel, l.turn) <> ($3, $4::bigint))
      and not exists (
          select from provisionings d where d.site = $5 and d.operation = q.operation and d.candidate = q.candidate
            and d.state in ('waiting', 'running') and d.step in ('writing', 'written') and d.site <> ''
            and q.step = 'accepted')
    order by q.not_before, q.id limit 1
)
  and exists (select from panel_leases l where l.panel = $3 and l.turn = $4 and l.held_until > now())
returning p.*

-- name: soonest
-- When the next of them ($1) is due; not one of those that wait for another request, or are in other hands.
select min(q.not_before) from provisionings q
where q.account_id = any ($1::bigint[]) and q.state in ('waiting', 'running')
  and not exists (
      select from panel_leases l where l.panel = q.panel and l.held_until > now() and q.state = 'running')
  and not exists (
      select from provisionings d where d.site = $2 and d.operation = q.operation and d.candidate = q.candidate
        and d.state in ('waiting', 'running') and d.step in ('writing', 'written') and d.site <> ''
        and q.step = 'accepted')

-- name: take_step
-- Written before and after each step, by whoever holds both the run and the panel. `may_repeat` is used up by a write.
update provisionings p set step = $3, candidate = $4, names_tried = $5, balance_before = $6, balance_after = $7,
    may_repeat = p.may_repeat and $3 <> 'writing', updated_at = now(),
    wrote_at = case when $3 = 'writing' then clock_timestamp() else p.wrote_at end
where p.id = $1 and p.run = $2 and p.state = 'running'
  and exists (select from panel_leases l where l.panel = p.panel and l.turn = $8 and l.held_until > now())
returning p.id

-- name: is_written_since
-- Whether another request wrote for the same name, or may have, after this one did: what is there now is not this one's.
select exists (
    select from provisionings o
    join provisionings r on r.site = o.site and r.candidate = o.candidate and r.operation = o.operation
    where o.id = $1 and r.id <> o.id and r.wrote_at > o.wrote_at and r.site <> ''
      and r.step in ('writing', 'written', 'done'))

-- name: in_doubt
-- A request of the account that may have written, and whose end is still looked for.
select id from provisionings
where account_id = $1 and state in ('waiting', 'running') and step in ('writing', 'written')
order by id limit 1

-- name: put_off
-- For another try; $5 counts it as one.
update provisionings set state = 'waiting', not_before = $3, detail = $4, tries = tries + $5, step = $6, candidate = $7,
    updated_at = now()
where id = $1 and run = $2 and state = 'running'
returning id

-- name: conclude
-- What came of it. Who finds the run changed comes too late.
update provisionings set state = $3, status = $4, detail = $5, username = $6, evidence = $7, step = $8,
    balance_after = coalesce($9, balance_after), candidate = $10, run = run + 1, done_at = now(), updated_at = now()
where id = $1 and run = $2 and state in ('waiting', 'running')
returning *

-- name: overdue
-- Of which nobody will tell any more: not begun by its deadline, or begun by somebody who has gone.
select * from provisionings p
where p.state in ('waiting', 'running') and p.deadline < $1
  and not exists (
      select from panel_leases l where l.panel = p.panel and l.held_until > now() and p.state = 'running')
order by p.deadline limit 200

-- name: stranded
-- Accounts with something due that waits for no other request, and nobody at their panel.
select distinct p.account_id from provisionings p join panels b on b.account_id = p.account_id
where p.state in ('waiting', 'running') and p.not_before <= now()
  and not exists (
      select from panel_leases l
      where l.panel = b.recipe || '|' || b.base_url || '|' || b.admin_user and l.held_until > now())
  and not exists (
      select from provisionings d where d.site = b.base_url and d.operation = p.operation and d.candidate = p.candidate
        and d.state in ('waiting', 'running') and d.step in ('writing', 'written') and d.site <> ''
        and p.step = 'accepted')
limit 200

-- name: given_since
-- What was given, or may have been, of what was promised since a time, first or by a replay.
select coalesce(sum(amount), 0) from provisionings
where account_id = $1 and operation = 'assign_balance' and reserved_at >= $2
  and (state in ('waiting', 'running') or status = 'success' or step in ('writing', 'written'))

-- name: day_began
-- When the account's day began.
select date_trunc('day', $2::timestamptz at time zone timezone) at time zone timezone from accounts where id = $1

-- name: locale
-- In which language a customer, or else the account, is spoken to.
select coalesce((select c.locale from conversations c where c.account_id = a.id and c.id = $2), a.locale)
from accounts a where a.id = $1

-- name: called_back
update provisionings set called_back_at = now() where id = $1 and called_back_at is null

-- name: home
-- Where the account itself lives; a loopback address for a sandbox.
select base_url from accounts where id = $1

-- name: log_row
-- A line of the record, with the columns that operators know.
insert into event_log (account_id, conversation_id, who, what, details) values ($1, $2, $3, $4, $5)

-- name: forget_old_secrets
-- A month later nobody asks for the answer again.
update provisionings set sealed_password = null, captured_name = '', callback_url = null
where done_at < now() - interval '30 days' and (sealed_password is not null or captured_name <> '')
  and state in ('done', 'dropped')

-- name: prune_provisionings
-- What wrote for a name stays while an older request for it may be replayed, which must not take that for its own.
delete from provisionings p where p.state in ('done', 'dropped') and p.created_at < now() - interval '180 days'
  and not exists (
      select from provisionings d
      where d.site = p.site and d.candidate = p.candidate and d.operation = p.operation and d.state = 'dead'
        and d.step in ('writing', 'written') and d.site <> '')
