-- name: next_in_line
-- The first unfinished message of a conversation, unless it is under way, with where it goes.
select o.number, o.farewell, c.account_id, c.channel, c.origin, c.chat_id, c.talk_id, c.contact_id, c.lead_id,
       coalesce(greatest(c.last_customer_at, c.last_human_at) <= o.quiet_since, true) and exists (
           select from broadcast_recipients b
           where b.conversation_id = c.id and b.state = 'sending'
             and o.idempotency_key like '%:broadcast:' || b.broadcast_id) as is_broadcast
from (
    select * from outbox where conversation_id = $1 and kind = 'message' and state in ('pending', 'sending')
    order by number
    limit 1
) o join conversations c on c.id = o.conversation_id
where o.state = 'pending'

-- name: last_left
-- When the last message before this one left, as far as anybody knows.
select greatest(sent_at, claimed_at) from outbox
where conversation_id = $1 and number < $2 and kind = 'message' and state in ('sent', 'sending', 'person')
order by number desc
limit 1

-- name: doubtful
-- Messages whose call is certainly over and has left no word.
select id from outbox where state = 'sending' and kind = 'message' and claimed_at < now() - $1::interval
order by claimed_at limit 500

-- name: in_doubt
-- One such message, with all that is needed to read it back.
select o.*, c.channel, c.chat_id, c.talk_id, c.contact_id, c.lead_id
from outbox o join conversations c on c.id = o.conversation_id
where o.id = $1 and o.state = 'sending' and o.kind = 'message'

-- name: same_words
-- The other messages of the conversation with the same words that the customer has, or that a person looks after.
-- One without an id counts only if it can be among what was read back since $4.
select external_id from outbox
where conversation_id = $1 and words = $2 and number <> $3 and kind = 'message' and state in ('sent', 'person')
  and (external_id is not null or coalesce(sent_at, claimed_at) >= $4)

-- name: mark_absent
update outbox set absent_since = coalesce(absent_since, $3) where id = $1 and attempt = $2 and state = 'sending'

-- name: unhold
-- The lead is known now: what was held for it may be written.
update outbox set state = 'pending' where conversation_id = $1 and state = 'held'

-- name: claim_crm
-- Take the next write to the CRM of these kinds: the first unfinished one, if it is due or its writer died. None
-- overtakes another of its class.
update outbox set state = 'sending', attempt = attempt + 1, claimed_at = $2
where id = (
    select id from (
        select id, state, not_before, claimed_at from outbox
        where conversation_id = $1 and kind <> 'message' and kind = any ($4::text[]) and state in ('pending', 'sending')
        order by number
        limit 1
        for update
    ) as first
    where (state = 'pending' and coalesce(not_before, '-infinity') <= $2)
       or (state = 'sending' and claimed_at < $2 - $3::interval)
)
returning id, kind, body, details, attempt

-- name: hand_over_of
-- The hand-over for which the customer waits now.
select escalations from conversations where id = $1 and not bot_on and pause_reason = any ($2::text[])

-- name: goodbye_waits
select exists (
    select from outbox
    where conversation_id = $1 and kind = 'message' and state in ('pending', 'sending') and farewell
)

-- name: keep_choice
-- Who was chosen for this hand-over.
update outbox set details = details || jsonb_build_object('seller', $2::text) where id = $1

-- name: passed
-- The last salespeople to whom this chat was given.
select seller_id from handovers where conversation_id = $1 order by id desc limit $2

-- name: known_notes
-- Which of these notes are accounted for: written for this lead by another row.
select external_id from outbox
where conversation_id in (select id from conversations where account_id = $1 and lead_id = $2)
  and external_id = any($3::text[])

-- name: end_crm
update outbox set state = $3, external_id = $4, reason = $5, not_before = $6,
    sent_at = case when $3 = 'sent' then now() end
where id = $1 and attempt = $2 and state = 'sending'

-- name: holder
-- Whose CRM writes these are.
select account_id, channel, contact_id, lead_id,
       exists (select from outbox o where o.conversation_id = c.id and o.state = 'held') as holds
from conversations c where id = $1

-- name: set_lead
update conversations set lead_id = $2, linked_at = now() where id = $1

-- name: save_contact
insert into contacts (account_id, external_id, name, phones, open_leads, read_at) values ($1, $2, $3, $4, $5, $6)
on conflict (account_id, external_id) do update set name = excluded.name, phones = excluded.phones,
    open_leads = excluded.open_leads, read_at = excluded.read_at

-- name: contact_is_read
select exists (select from contacts where account_id = $1 and external_id = $2 and read_at > now() - interval '1 day')

-- name: waiting_commands
-- Texts that look like commands, from people whom nobody has looked up yet.
select c.account_id, c.channel, c.contact_id, i.body ->> 'text' as text
from inbox i join conversations c on c.id = i.conversation_id
where i.conversation_id = $1 and i.folded_at is null and i.kind = 'customer' and c.contact_id is not null
  and left(ltrim(i.body ->> 'text'), 1) in ('/', '／', '⁄', '∕')
limit 20

-- name: idle_crm
-- Conversations whose CRM writes wait for nobody: due, left by a dead writer, held although the lead is known now, or
-- held, for a week at most, because the contact's leads could not be read yet.
select distinct o.conversation_id
from outbox o
join conversations c on c.id = o.conversation_id
left join contacts k on (k.account_id, k.external_id) = (c.account_id, c.contact_id)
where o.kind <> 'message' and ((o.state = 'pending' and coalesce(o.not_before, o.created_at) < now() - $1::interval)
      or (o.state = 'sending' and o.claimed_at < now() - $1::interval)
      or (o.state = 'held' and c.lead_id is not null)
      or (o.state = 'held' and c.contact_id is not null and coalesce(k.read_at, '-infinity') < o.created_at
          and o.created_at between now() - interval '7 days' and now() - $1::interval))
limit 500

-- name: last_human
-- The salesperson who wrote here last, if still active.
select v.external_id from mensagens m join vendedores v on v.account_id = m.account_id and v.external_id = m.author_id
where m.conversation_id = $1 and m.author = 'human' and v.is_active
order by m.id desc limit 1

-- name: lock_lead
-- Salesbot speaks through a field of the lead: who wants to use it waits here for whoever is about to.
select pg_advisory_xact_lock(hashtextextended('lead:' || account_id || ':' || lead_id, 0)) from conversations where id = $1

-- name: lead_is_busy
-- Whether Salesbot is speaking for another chat of this conversation's lead.
select exists (
    select from conversations c
    join conversations other on other.account_id = c.account_id and other.lead_id = c.lead_id and other.id <> c.id
    join outbox o on o.conversation_id = other.id and o.kind = 'message' and o.state = 'sending' and o.way = 'salesbot'
    where c.id = $1
)
