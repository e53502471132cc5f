-- name: known
-- The wish of this key, else that of this subject or contact, trigger and day.
select * from (
    select *, 0 as place from outreaches where account_id = $1 and idempotency_key = $2
    union all
    select *, 1 from outreaches
    where account_id = $1 and subject = $3 and trigger = $4 and day = $5
      and state not in ('duplicate', 'denied', 'failed')
    union all
    select *, 2 from outreaches
    where account_id = $1 and contact_id = $6 and trigger = $4 and day = $5
      and state not in ('duplicate', 'denied', 'failed')
) as found
order by place
limit 1

-- name: add
-- A new wish; the first for its key, and for its subject, trigger and day, wins.
insert into outreaches (account_id, trigger, subject, idempotency_key, day, phone, contact_id, lead_id, locale, data,
                        due_at, requested_by, request_digest, contact_ids)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, array_remove(array[$7], null))
on conflict do nothing
returning *

-- name: get
select * from outreaches where account_id = $1 and id = $2

-- name: claim
-- One process at a time carries a wish out; who died with it loses it when its lease ends. `attempts` fences: whoever
-- comes back after another has claimed it writes nothing any more.
update outreaches set claimed_until = $3::timestamptz + $4::interval, attempts = attempts + 1, updated_at = $3
where account_id = $1 and id = $2 and state in ('waiting', 'sending') and due_at <= $3 and claimed_until <= $3
returning *

-- name: due
-- Wishes whose time has come, the oldest first.
select id from outreaches
where account_id = $1 and state in ('waiting', 'sending') and due_at <= $2 and claimed_until <= $2
order by due_at
limit $3

-- name: find_twin
-- The wish of another subject for the same contact, trigger and day.
select id from outreaches
where account_id = $1 and contact_id = $2 and trigger = $3 and day = $4 and id <> $5
  and state not in ('duplicate', 'denied', 'failed')
limit 1

-- name: set_cards
-- Who it is about, once the CRM has told.
update outreaches set contact_id = $3, lead_id = $4, conversation_id = $5, seller_id = $6, contact_ids = $7,
    updated_at = now()
where account_id = $1 and id = $2 and attempts = $8 and state in ('waiting', 'sending')

-- name: begin
-- From here on a message may be on its way: whatever happens now, it is never sent a second time. Not to somebody who
-- has just asked for no more, nor where a person has just taken over or anybody has written since the words were,
-- whichever card of theirs that was on. What a mailbox holds unread may be just that: free text comes after it in the
-- same mailbox, all else waits until it has been read.
update outreaches o set state = 'sending', way = $3, reasons = '{}', updated_at = now()
where o.account_id = $1 and o.id = $2 and o.attempts = $4 and o.state = 'waiting'
  and not exists (
      select from contacts k
      where k.account_id = $1 and k.external_id = any (o.contact_ids) and k.opted_out_at is not null)
  and not exists (
      select from conversations c
      where c.account_id = $1 and c.contact_id = any (o.contact_ids)
        and (c.opted_out or not c.bot_on or greatest(c.last_customer_at, c.last_human_at) > o.quiet_since
          or $3 <> 'text' and exists (select from inbox i where i.conversation_id = c.id and i.folded_at is null)))
  and not exists (
      select from pauses p
      where p.account_id = $1 and p.paused and coalesce(p.paused_until, 'infinity') > now()
        and ((p.scope = 'contact' and p.external_id = any (o.contact_ids))
          or (p.scope = 'lead' and p.external_id = o.lead_id)))
  and not exists (select from outreach_breakers b where b.account_id = $1 and b.tripped_at is not null)
returning id

-- name: set_words
-- What will be said, by whom it was written, and the last word that the writer knew of.
update outreaches set words = $3, written_by = $4, quiet_since = $5, updated_at = now()
where account_id = $1 and id = $2 and attempts = $6 and state = 'waiting'

-- name: log_written
-- Who was asked for the words, and what it cost.
insert into event_log (account_id, conversation_id, who, what, why, details)
select $1, $2, 'ponte', 'first_message', coalesce(rungs -> -1 ->> 'brain', ''), $3
from (select $3::jsonb -> 'rungs' as rungs) as asked

-- name: fate
-- What the fence has done with free text: its outbox row, or what the mailbox says of it where it has none.
select i.id is not null or o.id is not null as is_known, i.verdict, o.state, coalesce(o.reason, '') as reason, o.sent_at,
       c.opted_out, coalesce(c.last_customer_at > $4, false) as customer_wrote,
       coalesce(c.last_human_at > $4, false) as human_wrote, coalesce(o.not_after < $5, false) as is_late
from conversations c
left join outbox o on o.account_id = c.account_id and o.idempotency_key = $3
left join inbox i on i.account_id = c.account_id and i.channel = c.channel and i.external_id = $3
where c.account_id = $1 and c.id = $2

-- name: was_not_delivered
-- Whether its text left and was refused by the messenger: free text is no way for it any more.
select exists (select from outbox where account_id = $1 and idempotency_key = $2 and reason = 'not_delivered')

-- name: stay
-- On its way still: it is looked at again then.
update outreaches set due_at = $3, claimed_until = '-infinity', updated_at = now()
where account_id = $1 and id = $2 and attempts = $4 and state = 'sending'

-- name: forget_one
-- It is about somebody who was erased: what stays is that there was a wish.
update outreaches set subject = 'erased:' || id, phone = null, contact_id = null, contact_ids = '{}', lead_id = null,
    conversation_id = null, data = '{}', words = null, reasons = $3, idempotency_key = null, request_digest = null, locale = null,
    state = 'denied', claimed_until = '-infinity', updated_at = now()
where account_id = $1 and id = $2

-- name: take_back
-- The channel certainly refused: the template has not left.
update outreaches set state = 'waiting', updated_at = now()
where account_id = $1 and id = $2 and attempts = $3 and state = 'sending' and sent_at is null

-- name: turn_to
update outreaches set way = $3, updated_at = now()
where account_id = $1 and id = $2 and attempts = $4 and state = 'sending'

-- name: doubt
-- Counted by caps and breaker from now on; still under way until a person has been told.
update outreaches set sent_at = coalesce(sent_at, $3), updated_at = now()
where account_id = $1 and id = $2 and attempts = $4 and state = 'sending'

-- name: wait
-- A message that was begun stays begun: only `take_back` knows that it has not left. A task is looked for first.
update outreaches set state = case when state = 'sending' and way <> 'task' then 'sending' else 'waiting' end,
    reasons = $3, due_at = $4, claimed_until = '-infinity', updated_at = now()
where account_id = $1 and id = $2 and attempts = $5 and state in ('waiting', 'sending')

-- name: end
-- Of what may have left nobody says that it failed or was denied.
update outreaches set state = case when sent_at is not null and $3 in ('failed', 'denied') then 'doubt' else $3 end,
    way = case when $4 = '' then way else $4 end, reasons = $5, sent_at = coalesce($6, sent_at), duplicate_of = $7,
    claimed_until = '-infinity', updated_at = now()
where account_id = $1 and id = $2 and attempts = $8 and state in ('waiting', 'sending')
returning id

-- name: listing
-- The wishes of an account, newest first.
select * from outreaches
where account_id = $1 and id < $2 and ($3::text is null or state = $3)
order by id desc
limit $4

-- name: chat
-- Where a contact was talked to last, and what they are called there.
select c.id, c.lead_id, c.locale, c.last_customer_at, coalesce(p.name, '') as name
from conversations c
left join profiles p on p.account_id = c.account_id and p.contact_id = c.contact_id
where c.account_id = $1 and c.contact_id = $2
order by c.last_customer_at desc nulls last, c.id desc
limit 1

-- name: standing
-- What stands about a person, in all chats of all their cards: an opt-out, a pause, a booking since a time, last words.
select coalesce(bool_or(c.opted_out), false) or exists (
           select from contacts where account_id = $1 and external_id = any ($2::text[]) and opted_out_at is not null
       ) as opted_out,
       exists (
           select from pauses
           where account_id = $1 and paused and coalesce(paused_until, 'infinity') > $4
             and ((scope = 'contact' and external_id = any ($2::text[])) or (scope = 'lead' and external_id = $3))
       ) as paused,
       exists (
           select from agenda
           where account_id = $1 and contact_id = any ($2::text[]) and state = 'booked' and booked_at > $5
       ) as booked,
       coalesce(bool_and(c.bot_on), true) as bot_on,
       max(c.last_customer_at) as last_customer_at,
       max(c.last_human_at) as last_human_at,
       max(c.control_at) as control_at
from conversations c
where c.account_id = $1 and c.contact_id = any ($2::text[])

-- name: same_phone
-- The cards that are known to have this phone, and who is known to a messenger by another name than it.
select external_id from contacts where account_id = $1 and phones && $2::text[]
union
select chat_id from chat_names
where account_id = $1 and known_as in (select ltrim(p, '+') from unnest($2::text[]) p) and chat_id <> known_as

-- name: consent
-- The newest word about being written to, by phone or by contact, of those that were said after $4.
select granted from consents
where account_id = $1 and (phone = any ($2::text[]) or contact_id = $3) and created_at > $4
order by id desc
limit 1

-- name: add_consent
insert into consents (account_id, phone, contact_id, granted, source) values ($1, $2, $3, $4, $5)

-- name: claim_card
-- One process at a time looks for a card and makes it where it is missing.
insert into card_claims (account_id, subject, claimed_until) values ($1, $2, now() + $3::interval)
on conflict (account_id, subject) do update set claimed_until = excluded.claimed_until
where card_claims.claimed_until <= now()
returning contact_id, in_doubt

-- name: end_card
update card_claims set claimed_until = '-infinity', contact_id = coalesce($3, contact_id), in_doubt = $4
where account_id = $1 and subject = $2

-- name: add_follow_up
insert into follow_ups (account_id, outreach_id, step, contact_id, due_at) values ($1, $2, $3, $4, $5) on conflict do nothing

-- name: claim_follow_ups
-- Those that are due, for one process; who died with them loses them when their lease ends. `attempts` fences: whoever
-- comes back after another has claimed it writes nothing any more.
update follow_ups set claimed_until = $2::timestamptz + $3::interval, attempts = attempts + 1
where (outreach_id, step) in (
    select outreach_id, step from follow_ups
    where account_id = $1 and state in ('pending', 'sending') and due_at <= $2 and claimed_until <= $2
    order by due_at
    limit $4
    for update skip locked
)
returning outreach_id, step, state, way, attempts

-- name: begin_follow_up
-- The same as `begin`, and only while nothing has happened since the first message.
update follow_ups f set state = 'sending', way = $4
from outreaches o
where f.outreach_id = $1 and f.step = $2 and f.attempts = $3 and f.state = 'pending' and o.id = f.outreach_id
  and not exists (
      select from contacts k
      where k.account_id = f.account_id and k.external_id = any (o.contact_ids) and k.opted_out_at is not null)
  and not exists (
      select from conversations c
      where c.account_id = f.account_id and c.contact_id = any (o.contact_ids)
        and (c.opted_out or not c.bot_on
          or greatest(c.last_customer_at, c.last_human_at, c.control_at) > coalesce(o.sent_at, o.created_at)
          or $4 <> 'text' and exists (select from inbox i where i.conversation_id = c.id and i.folded_at is null)))
  and not exists (
      select from pauses p
      where p.account_id = f.account_id and p.paused and coalesce(p.paused_until, 'infinity') > now()
        and ((p.scope = 'contact' and p.external_id = any (o.contact_ids))
          or (p.scope = 'lead' and p.external_id = o.lead_id)))
  and not exists (
      select from agenda a
      where a.account_id = f.account_id and a.contact_id = any (o.contact_ids) and a.state = 'booked'
        and a.booked_at > coalesce(o.sent_at, o.created_at))
  and not exists (select from outreach_breakers b where b.account_id = f.account_id and b.tripped_at is not null)
returning f.step

-- name: end_follow_up
update follow_ups set state = $3, reason = $4, sent_at = $5, claimed_until = '-infinity'
where outreach_id = $1 and step = $2 and attempts = $6 and state in ('pending', 'sending')
returning step

-- name: take_back_follow_up
update follow_ups set state = 'pending', way = ''
where outreach_id = $1 and step = $2 and attempts = $3 and state = 'sending'

-- name: put_off_follow_up
-- One that was begun stays begun, as above.
update follow_ups set due_at = $3, reason = $4, claimed_until = '-infinity'
where outreach_id = $1 and step = $2 and attempts = $5 and state in ('pending', 'sending')

-- name: cancel_ladder
-- Somebody has written, or nobody may be written to: nothing of this outreach is said any more.
update follow_ups set state = 'cancelled', reason = $2 where outreach_id = $1 and state = 'pending'

-- name: follow_ups
select step, state, reason, due_at, sent_at from follow_ups where outreach_id = $1 order by step
