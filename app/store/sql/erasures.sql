-- name: key
-- The sealed key under which an account's erased phones are hashed.
select sealed from erasure_keys where account_id = $1

-- name: keep_key
-- The first key of an account stays: another one would not know the phones of before.
insert into erasure_keys (account_id, sealed) values ($1, $2)
on conflict (account_id) do update set account_id = excluded.account_id
returning sealed

-- name: is_erased
select exists (select from erased_phones where account_id = $1 and phone_hash = any ($2::bytea[]))

-- name: is_forgotten
-- Whether one of these contacts was erased.
select exists (
    select from contacts where account_id = $1 and external_id = any ($2::text[]) and read_at = 'infinity')

-- name: contacts_by_phone
-- The contacts that have this phone, in any of its forms, or under another name at a messenger.
select external_id from contacts where account_id = $1 and phones && $2::text[]
union
select chat_id from chat_names where account_id = $1 and known_as = any ($2::text[]) and chat_id <> known_as

-- name: knows_phone
-- Whether anything here is kept under this phone alone, without a contact.
select exists (select from consents where account_id = $1 and phone = any ($2::text[]))
    or exists (select from outreaches where account_id = $1 and (phone = any ($2::text[]) or subject = any ($3::text[])))
    or exists (select from card_claims where account_id = $1 and subject = any ($3::text[]))
    or exists (select from profiles where account_id = $1 and phone_key = any ($2::text[]))

-- name: earlier
-- The erasure by which this phone was forgotten.
select e.id, e.created_at from erased_phones p join erasures e on e.id = p.erasure_id
where p.account_id = $1 and p.phone_hash = any ($2::bytea[]) order by e.id limit 1

-- name: person_conversations
-- All chats of these contacts, lowest first: the order in which their locks are taken.
select id, chat_id, talk_id, lead_id from conversations where account_id = $1 and contact_id = any ($2::text[]) order by id

-- name: person_leads
-- The leads that these contacts had open when they were last read.
select distinct unnest(open_leads) as lead_id from contacts where account_id = $1 and external_id = any ($2::text[])

-- name: raw_deliveries
-- Bodies that nobody has read yet and that name this person: they are read first, for others may be in them, too.
select id from deliveries
where account_id = $1 and state = 'raw' and body is not null
  and exists (select from unnest($2::bytea[]) as n (needle) where position(n.needle in body) > 0)

-- name: under_way
-- How many messages to this person are at the channel just now, or in the hands of a process that would write first.
select (select count(*) from outbox where conversation_id = any ($1::bigint[]) and kind = 'message' and state = 'sending')
     + (select count(*) from outreaches
        where account_id = $2 and state in ('waiting', 'sending') and claimed_until > now()
          and (contact_id = any ($3::text[]) or contact_ids && $3::text[] or phone = any ($4::text[])
            or (contact_id is null and phone is null and lead_id = any ($5::text[]))))

-- name: stop_line
-- Nothing that has not left yet leaves any more.
update outbox set state = 'cancelled', reason = 'erased' where conversation_id = $1 and state in ('pending', 'held')

-- name: forget_contacts
-- What stays of a contact is the CRM's number and that nothing is sent; it is never read from the CRM again.
insert into contacts (account_id, external_id, opted_out_at, read_at)
select $1, id, now(), 'infinity' from unnest($2::text[]) as c (id)
on conflict (account_id, external_id) do update set name = '', phones = '{}', open_leads = '{}', read_at = 'infinity',
    opted_out_at = coalesce(contacts.opted_out_at, now()), opted_in_at = null

-- name: still_forgotten
-- Somebody who was erased is read from the CRM: forgotten again, unless the customer has asked for messages since.
insert into contacts (account_id, external_id, opted_out_at, read_at) values ($1, $2, now(), 'infinity')
on conflict (account_id, external_id) do update set name = '', phones = '{}', open_leads = '{}', read_at = 'infinity',
    opted_out_at = case when contacts.opted_in_at is null then coalesce(contacts.opted_out_at, now()) end

-- name: forget_conversations
-- The chat's own number stays, so that what comes in it later meets the opt-out.
update conversations set talk_id = null, lead_id = null, origin = '', locale = null, paused_by = null,
    flow = null, flow_step = null, flow_state = null, flow_sealed = null, survey = null,
    paused_until = null, bot_on = false, opted_out = true, pause_reason = 'opt_out'
where id = any ($1::bigint[])

-- name: forget_inbox
-- The event's number stays until it is pruned, to know a repeat; what was said goes.
update inbox set body = '{}', words = null, verdict = 'erased', folded_at = coalesce(folded_at, now()),
    after = jsonb_build_object('bot_on', false, 'epoch', coalesce((after ->> 'epoch')::int, 0), 'reason', 'opt_out',
        'by', null, 'until', null, 'resting', false, 'opted_out', true, 'turn', null, 'unanswered', 0, 'line', '[]'::jsonb)
where conversation_id = any ($1::bigint[]) and (body <> '{}' or words is not null or folded_at is null)

-- name: forget_orders
-- Orders about the whole contact or its leads, which lie in nobody's mailbox.
update inbox set body = '{}', words = null, after = null
where account_id = $1 and conversation_id is null and external_id like any ($2::text[])

-- name: forget_messages
-- Who wrote when stays for the figures; what was said, and who the customer is, goes.
update mensagens set text = '', media = null, choice = '', external_id = null, answered = true,
    author_id = case when author = 'human' then author_id else '' end
where conversation_id = any ($1::bigint[])

-- name: forget_turns
update turns set reason = '', stages = '[]', model = null, state = case when state = 'open' then 'closed' else state end,
    closed_at = coalesce(closed_at, now())
where conversation_id = any ($1::bigint[])

-- name: forget_outbox
-- The number of a sent message stays, so that its late echo is known for ours; nothing that has not left ever will.
update outbox set body = '', content = null, details = '{}', words = '', reason = '', idempotency_key = null,
    state = case when state = 'sent' then state else 'cancelled' end
where conversation_id = any ($1::bigint[])

-- name: forget_timers
delete from timers where conversation_id = any ($1::bigint[])

-- name: forget_n8n_errors
-- What n8n's error workflow told of these chats.
delete from n8n_errors where conversation_id = any ($1::bigint[])

-- name: forget_errands
-- What flows wanted done outside for them.
delete from errands where conversation_id = any ($1::bigint[])

-- name: forget_phones_of_errands
-- In somebody else's chat: that a password was for a phone that is erased.
update errands e set phone_hash = null, called_at = null
from erased_phones p where p.account_id = $1 and e.account_id = $1 and e.phone_hash = p.phone_hash

-- name: forget_faq_answers
-- What was learned from their questions, or confirmed by them.
delete from faq_answers
where account_id = $1 and (conversation_id = any ($2::bigint[]) or confirmed_in = any ($2::bigint[]))

-- name: forget_feedback
delete from feedback where conversation_id = any ($1::bigint[])

-- name: forget_tool_calls
delete from tool_calls where conversation_id = any ($1::bigint[])

-- name: forget_jobs
-- What waits in the queue for these chats.
delete from queue.pgqueuer
where status = 'queued' and convert_from(payload, 'UTF8')::jsonb ->> 'conversation' = any ($1::text[])

-- name: forget_in_inbox
-- What waits for the second inbox is not shown; who is there already is taken out, and until that is done is known here
-- by their number there alone: by whatever chat, identifier or number they are known, also while they are being shown.
with ways as (
    select x.identifier from inbox_chats x where x.account_id = $1 and x.conversation_id = any ($2::bigint[])
    union
    select left(concat_ws(':', 'ponte', c.account_id, c.channel, ref), 250)
    from conversations c, unnest(array[c.contact_id, c.chat_id]) ref where c.id = any ($2::bigint[]) and ref is not null
    union
    select 'ponte:' || phone from unnest($3::text[]) phone where phone like '+%'
), them as materialized (
    select p.identifier, 'erased:' || gen_random_uuid() as bare from inbox_people p
    where p.account_id = $1 and p.identifier not like 'erased:%' and (p.identifier in (select identifier from ways)
        or p.person_id in (select q.person_id from inbox_people q join ways using (identifier) where q.account_id = $1))
), nameless as (
    update inbox_people p set name = '', identifier = them.bare
    from them where p.account_id = $1 and p.identifier = them.identifier
), bare as (
    update inbox_chats x set labels = '{}', attributes = '{}',
        identifier = coalesce((select them.bare from them where them.identifier = x.identifier), 'erased:')
    where x.account_id = $1
      and (x.conversation_id = any ($2::bigint[]) or x.identifier in (select identifier from them))
), silent as (
    update inbox_lines set state = case when state in ('waiting', 'sending') then 'done' else state end, reason = ''
    where account_id = $1 and conversation_id = any ($2::bigint[]) and kind <> 'forget'
)
insert into inbox_lines (account_id, conversation_id, kind, number)
select m.account_id, c.id, 'forget', 0 from inbox_mirrors m join conversations c on c.account_id = m.account_id
where m.account_id = $1 and c.id = any ($2::bigint[]) and (
    exists (select from inbox_lines l where l.account_id = $1 and l.conversation_id = c.id)
    or exists (select from inbox_chats x where x.account_id = $1 and x.conversation_id = c.id)
    or exists (select from them))
on conflict (conversation_id, kind, number) do update set state = 'waiting', not_before = '-infinity'

-- name: blank_sheet_rows
-- What a sheet mirrors of the lines that are about to go: each is looked for by its key and emptied.
insert into sheet_rows (account_id, event_id, tab, state)
select e.account_id, e.id, case when e.what = 'browser' then 'browser' else 'conversation' end, 'blank'
from event_log e join sheets s on s.account_id = e.account_id
where e.account_id = $1 and (e.details <> '{}' or e.why <> '')
  and (e.conversation_id = any ($2::bigint[]) or e.details ->> 'conversation' = any ($3::text[])
    or e.details ->> 'contact' = any ($4::text[]) or e.details ->> 'lead' = any ($5::text[])
    or e.why = any ($4::text[]) or e.why = any ($5::text[]))
  and (e.who = 'flow' or e.what in ('rpa_request', 'rpa_response', 'browser') or e.what = any (s.other_events))
on conflict (account_id, event_id) do update set state = 'blank'

-- name: forget_audit
-- The audit cannot be changed, so its lines about this person are written anew without anything but who, when and what.
with gone as (
    delete from event_log
    where account_id = $1 and (conversation_id = any ($2::bigint[]) or details ->> 'contact' = any ($3::text[])
        or details ->> 'lead' = any ($4::text[]) or why = any ($3::text[]) or why = any ($4::text[]))
    returning id, account_id, conversation_id, at, who, what, created_at
)
insert into event_log (account_id, conversation_id, at, who, what, created_at)
select account_id, conversation_id, at, who, what, created_at from gone order by id

-- name: forget_provisioned
-- The lines of the record about users that were made, where only the caller knows the conversation.
with gone as (
    delete from event_log
    where account_id = $1 and details ->> 'conversation' = any ($2::text[])
    returning id, account_id, conversation_id, at, who, what, created_at
)
insert into event_log (account_id, conversation_id, at, who, what, created_at)
select account_id, conversation_id, at, who, what, created_at from gone order by id

-- name: forget_provisionings
-- What waits is not done any more. That something was asked for stays as a figure; the user on the panel is not ours.
update provisionings set request_key = 'erased:' || id, request_digest = null, conversation = '', captured_name = '',
    candidate = '', username = '', sealed_password = null, detail = '', evidence = '{}', callback_url = null, panel = '',
    requested_by = '', run = run + 1, updated_at = now(), done_at = coalesce(done_at, now()),
    state = case when state in ('waiting', 'running', 'dead') then 'dropped' else state end
where account_id = $1 and (conversation_id = any ($2::bigint[]) or conversation = any ($3::text[]))

-- name: stop_provisionings
-- Nothing that waits is done any more, and whoever is at it writes nothing down: neither a step nor evidence.
update provisionings set state = 'dropped', run = run + 1, done_at = coalesce(done_at, now()), updated_at = now()
where account_id = $1 and (conversation_id = any ($2::bigint[]) or conversation = any ($3::text[]))
  and state in ('waiting', 'running', 'dead')

-- name: panel_users
-- Users that were made on the panel for this person, or may have been.
select distinct coalesce(nullif(username, ''), candidate) as name from provisionings
where account_id = $1 and (conversation_id = any ($2::bigint[]) or conversation = any ($3::text[]))
  and operation = 'create_user' and (status = 'success' or step in ('writing', 'written'))
order by name

-- name: evidence_places
-- Files that show the account's panel since this person was first a matter there: a list of users may be in any of
-- them. Their time is over now; what cannot be removed at once goes with what has expired.
with since as (
    select min(created_at) as at from provisionings
    where account_id = $1 and (conversation_id = any ($2::bigint[]) or conversation = any ($3::text[]))
), gone as (
    update panel_evidence e set expires_at = least(e.expires_at, now()) from since
    where e.account_id = $1 and e.created_at >= since.at
    returning e.place
), told as (
    update panels p set stopped_evidence = '{}'
    where p.account_id = $1 and p.stopped_evidence && (select array_agg(place) from gone)
)
select place from gone

-- name: forget_pauses
-- Words about the contact; a lead may be somebody else's, too, so its pause stays without the reason.
with gone as (
    delete from pauses where account_id = $1 and scope = 'contact' and external_id = any ($2::text[])
)
update pauses set reason = '' where account_id = $1 and scope = 'lead' and external_id = any ($3::text[])

-- name: forget_deliveries
-- Raw bodies that name this person; the hash stays to know a repeat.
update deliveries set body = null, reason = ''
where account_id = $1 and body is not null
  and exists (select from unnest($2::bytea[]) as n (needle) where position(n.needle in body) > 0)

-- name: forget_continuations
delete from continuations where account_id = $1 and lead_id = any ($2::text[])

-- name: forget_handovers
-- A lead may be somebody else's, too: by it alone only what belongs to no chat of another contact.
update handovers h set lead_id = null
where account_id = $1 and (conversation_id = any ($2::bigint[]) or (lead_id = any ($3::text[]) and not exists (
    select from conversations c where c.id = h.conversation_id and c.contact_id is not null)))

-- name: forget_lead_owners
delete from lead_owners where account_id = $1 and lead_id = any ($2::text[])

-- name: forget_notices
-- By the lead alone as of handovers.
delete from notices n
where account_id = $1 and (conversation_id = any ($2::bigint[]) or (lead_id = any ($3::text[]) and not exists (
    select from conversations c where c.id = n.conversation_id and c.contact_id is not null)))

-- name: forget_agenda
-- Times that were held or booked are free again; what is past stays as a figure. Of a lead that several people share
-- only what is this person's, or nobody's in particular.
update agenda a set conversation_id = null, contact_id = null, lead_id = null, title = '', request_key = null,
    request_digest = null, receipt = case when state = 'no_show' then 'erased:' || id when state = 'booked' and ends_at > now() then null
        when state = 'booked' then 'erased:' || id end,
    hold_until = null,
    ended_at = case when state in ('held', 'booked') and ends_at > now() then now() else ended_at end,
    state = case when state = 'held' or (state = 'booked' and ends_at > now()) then 'cancelled' else state end,
    updated_at = now()
where account_id = $1 and (conversation_id = any ($2::bigint[]) or contact_id = any ($3::text[])
    or (contact_id is null and lead_id = any ($4::text[]) and not exists (
        select from conversations c where c.id = a.conversation_id and c.contact_id is not null)))

-- name: forget_consents
-- That nothing is sent stays, with the contact and under the phone's hash.
delete from consents where account_id = $1 and (contact_id = any ($2::text[]) or phone = any ($3::text[]))

-- name: forget_profiles
delete from profiles where account_id = $1 and (contact_id = any ($2::text[]) or phone_key = any ($3::text[]))

-- name: forget_card_claims
delete from card_claims where account_id = $1 and (contact_id = any ($2::text[]) or subject = any ($3::text[]))

-- name: forget_follow_ups
update follow_ups set contact_id = 'erased', reason = '', message_id = null, landings = '{}',
    state = case when state in ('pending', 'sending') then 'cancelled' else state end
where account_id = $1 and (contact_id = any ($2::text[]) or outreach_id in (
    select id from outreaches where account_id = $1 and (contact_id = any ($2::text[]) or phone = any ($3::text[]))))

-- name: forget_recipients
-- To whom else a broadcast went stays.
delete from broadcast_recipients where account_id = $1 and conversation_id = any ($2::bigint[])

-- name: forget_outreaches
-- What was to be written first is not written; that something was stays as a figure. Of a wish that names a lead alone
-- nobody knows yet for whom it is.
update outreaches set subject = 'erased:' || id, phone = null, contact_id = null, contact_ids = '{}',
    lead_id = null, conversation_id = null, data = '{}', words = null, reasons = '{}', idempotency_key = null,
    request_digest = null, locale = null, message_id = null, landings = '{}',
    state = case when state in ('waiting', 'sending', 'doubt') then 'denied' else state end, updated_at = now()
where account_id = $1 and (contact_id = any ($2::text[]) or contact_ids && $2::text[] or phone = any ($3::text[])
    or subject = any ($4::text[]) or conversation_id = any ($5::bigint[])
    or (contact_id is null and phone is null and lead_id = any ($6::text[])))

-- name: media_places
-- Where this person's files lie in the media store.
select place from media where conversation_id = any ($1::bigint[]) and place is not null

-- name: forget_media
delete from media where conversation_id = any ($1::bigint[])

-- name: add_erasure
insert into erasures (account_id, requested_by) values ($1, $2) returning id

-- name: end_erasure
-- What was done, in the transaction that did it.
update erasures set counts = $2 where id = $1 returning now() as at

-- name: sign_erasure
update erasures set signature = $2 where id = $1

-- name: add_hashes
insert into erased_phones (account_id, phone_hash, erasure_id)
select $1, hash, $3 from unnest($2::bytea[]) as h (hash)
on conflict (account_id, phone_hash) do nothing

-- name: log
insert into event_log (account_id, who, what) values ($1, $2, 'erased')
