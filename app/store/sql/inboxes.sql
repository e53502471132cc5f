-- name: inbox
-- The mirror of an account, its token sealed.
select * from inbox_mirrors where account_id = $1

-- name: first_account
-- The account that was connected first, if it has no mirror and does not come by such an inbox itself.
select a.id from accounts a
where a.state <> 'closed' and a.channel <> $1 and not exists (select from inbox_mirrors m where m.account_id = a.id)
  and a.id = (select min(id) from accounts where state <> 'closed' and channel <> $1)

-- name: set_inbox
-- Whole. What was failing is tried at once. $6: the token is the one that is kept already.
insert into inbox_mirrors (account_id, kind, base_url, external_ref, sealed_token)
values ($1, $2, $3, $4, $5)
on conflict (account_id) do update set kind = excluded.kind, base_url = excluded.base_url,
    external_ref = excluded.external_ref, sealed_token = excluded.sealed_token, prepared_at = null, tries = 0,
    not_before = '-infinity', turn = inbox_mirrors.turn + 1, updated_at = now(),
    token_at = case when $6 then inbox_mirrors.token_at else now() end

-- name: token_kept
select sealed_token from inbox_mirrors where account_id = $1

-- name: forget_places
-- Another inbox knows nobody yet, and nothing has been shown there.
with people as (delete from inbox_people where account_id = $1),
    shown as (delete from inbox_lines where account_id = $1 and state in ('done', 'failed'))
delete from inbox_chats where account_id = $1

-- name: add_history
-- What was said since then goes there too, as if it were said now.
insert into inbox_lines (account_id, conversation_id, kind, number)
select said.account_id, said.conversation_id, said.kind, said.id
from (
    select m.account_id, m.conversation_id, 'message' as kind, m.id, m.at
    from mensagens m join conversations c on c.id = m.conversation_id
    where c.account_id = $1 and m.at >= $2::timestamptz
    union all
    select o.account_id, o.conversation_id, 'sent', o.id, o.sent_at
    from outbox o join conversations c on c.id = o.conversation_id
    where c.account_id = $1 and o.kind = 'message' and o.state = 'sent' and o.sent_at >= $2::timestamptz
) said
order by said.at, said.id
on conflict do nothing

-- name: drop_inbox
delete from inbox_mirrors where account_id = $1 returning account_id

-- name: log_inbox
insert into event_log (account_id, who, what, details) values ($1, $2, $3, $4)

-- name: due_inboxes
-- A sweep over all accounts: mirrors at which nobody is, with something to do.
select m.account_id from inbox_mirrors m join accounts a on a.id = m.account_id
where a.state <> 'closed' and m.held_until < now() and m.not_before <= $1::timestamptz
  and exists (select from inbox_lines l where l.account_id = m.account_id and l.state in ('waiting', 'sending')
    and l.not_before <= $1::timestamptz)
order by m.account_id
limit 500

-- name: take_inbox
-- Nobody else is there, or whoever was has not shown itself in time, and it is not left alone for a while.
update inbox_mirrors set turn = turn + 1, held_until = now() + $3::interval
where account_id = $1 and held_until < now() and not_before <= $2::timestamptz
returning turn

-- name: keep_inbox
update inbox_mirrors set held_until = now() + $3::interval
where account_id = $1 and turn = $2 and held_until > now()
returning turn

-- name: give_inbox
update inbox_mirrors set held_until = '-infinity' where account_id = $1 and turn = $2

-- name: inbox_prepared
update inbox_mirrors set prepared_at = now() where account_id = $1 and turn = $2

-- name: inbox_now
update inbox_mirrors set not_before = '-infinity', prepared_at = null where account_id = $1

-- name: inbox_well
-- Returns whether it had been failing.
with before as (select account_id, failing_since from inbox_mirrors where account_id = $1 and turn = $2 for update)
update inbox_mirrors m set tries = 0, not_before = '-infinity', failing_since = null, failed_as = '', mirrored_at = $3
from before where m.account_id = before.account_id
returning before.failing_since is not null as was_failing

-- name: inbox_wrong
-- Leave it alone until $4.
update inbox_mirrors set tries = tries + 1, not_before = $4, failing_since = coalesce(failing_since, $3), failed_as = $5
where account_id = $1 and turn = $2
returning tries

-- name: inbox_tries
select tries from inbox_mirrors where account_id = $1

-- name: next_chat
-- The conversation whose line waits longest, of those that are not left alone for a while.
select conversation_id from inbox_lines
where account_id = $1 and state in ('waiting', 'sending') and not_before <= $2::timestamptz order by id limit 1

-- name: rest_chat
-- It was refused. The first time it is left alone until $3, and until $4 when that was no help.
update inbox_lines set reason = $5, not_before = case when exists (
    select from inbox_lines l where l.account_id = $1 and l.conversation_id = $2 and l.state in ('waiting', 'sending')
      and l.not_before > '-infinity') then $4::timestamptz else $3::timestamptz end
where account_id = $1 and conversation_id = $2 and state in ('waiting', 'sending')

-- name: wake_chats
-- Somebody has looked: all are tried again.
update inbox_lines set not_before = '-infinity'
where account_id = $1 and state in ('waiting', 'sending') and not_before > '-infinity'

-- name: claim_lines
-- Its next lines in order, from now on `sending`; what they were before is told, for such a line may be there already.
with next as (
    select l.id, l.state from inbox_lines l
    where l.conversation_id = $3 and l.account_id = $1 and l.state in ('waiting', 'sending')
      and exists (select from inbox_mirrors m where m.account_id = $1 and m.turn = $2 and m.held_until > now())
    order by l.id limit $4 for update
)
update inbox_lines l set state = 'sending' from next where l.id = next.id
returning l.id, l.kind, l.number, next.state = 'sending' as is_in_doubt

-- name: line_texts
-- What messages say; one whose person was erased says nothing.
select m.id, m.author, m.author_id, m.text, m.media, v.name as author_name
from mensagens m left join vendedores v on v.account_id = m.account_id and v.external_id = m.author_id
where m.id = any ($1::bigint[]) and m.conversation_id = $2

-- name: line_sent
-- What the bot has said.
select id, body as text from outbox where id = any ($1::bigint[]) and conversation_id = $2

-- name: line_events
-- What happened to who has the chat.
select id, who, what, why from event_log where id = any ($1::bigint[]) and conversation_id = $2

-- name: people_named
select external_id, name from vendedores where account_id = $1 and external_id = any ($2::text[])

-- name: end_line
update inbox_lines set state = $2, reason = $3 where id = $1

-- name: unclaim_lines
-- They are certainly not there.
update inbox_lines set state = 'waiting' where id = any ($1::bigint[]) and state = 'sending'

-- name: inbox_scene
-- All that the mirror shows of a conversation besides its lines.
select c.id, c.account_id, c.channel, c.chat_id, c.contact_id, c.origin, c.locale, c.bot_on, c.pause_reason, c.paused_by,
    c.opted_out, c.resting, c.flow, c.flow_state,
    coalesce(nullif(c.flow_state ->> 'outcome', ''), c.flow_step) as flow_step, c.flow_sealed, a.locale as account_locale,
    coalesce(ct.name, '') as contact_name, coalesce(ct.phones, '{}') as phones,
    c.contact_id is not null and coalesce(ct.name, '') = '' and coalesce(ct.phones, '{}') = '{}'
        and coalesce(ct.read_at < now() - interval '1 day', true) as is_stranger,
    (select count(*) from (select from mensagens m where m.conversation_id = c.id and m.author = 'customer' limit 20) n)
        as written,
    exists (select from mensagens m where m.conversation_id = c.id and m.author = 'human') as person_wrote,
    coalesce((select array_agg(t.text) from (
        select m.text from mensagens m where m.conversation_id = c.id and m.author = 'customer'
        order by m.id desc limit 5) t), '{}') as latest,
    coalesce((select o.details -> 'add' from outbox o
        where o.conversation_id = c.id and o.kind = 'tags' order by o.number desc limit 1), '[]') as tags,
    p.person_id, p.name as person_name, p.identifier, x.chat_id as place, coalesce(x.labels, '{}') as labels,
    coalesce(x.attributes, '{}') as attributes
from conversations c join accounts a on a.id = c.account_id
left join contacts ct on ct.account_id = c.account_id and ct.external_id = c.contact_id
left join inbox_chats x on x.account_id = c.account_id and x.conversation_id = c.id
left join inbox_people p on p.account_id = c.account_id and p.identifier = x.identifier
where c.id = $1

-- name: look_again
-- The CRM does not say who this is: a line without words, so that it is asked again at $3.
insert into inbox_lines (account_id, conversation_id, kind, number, not_before)
select account_id, $2, 'person', 0, $3 from inbox_mirrors where account_id = $1
on conflict (conversation_id, kind, number) do update set state = 'waiting', not_before = excluded.not_before

-- name: person
select person_id, name from inbox_people where account_id = $1 and identifier = $2

-- name: hold_chat
-- Whoever erases its customer waits, or has been here before; looked at in a statement of its own.
select id from conversations where id = $1 for key share

-- name: is_to_be_forgotten
select exists (select from inbox_lines where conversation_id = $1 and kind = 'forget' and state in ('waiting', 'sending'))

-- name: keep_erased
-- Somebody was erased while they were being introduced: what is known is whom to take out.
insert into inbox_people (account_id, identifier, person_id) values ($1, 'erased:' || gen_random_uuid(), $2)

-- name: erased_there
-- Who is to be taken out.
select distinct person_id from inbox_people where account_id = $1 and identifier like 'erased:%'

-- name: drop_erased
delete from inbox_people where account_id = $1 and person_id = $2 and identifier like 'erased:%'

-- name: keep_person
insert into inbox_people (account_id, identifier, person_id, name, twins) values ($1, $2, $3, $4, $5)
on conflict (account_id, identifier) do update set person_id = excluded.person_id, name = excluded.name,
    twins = excluded.twins

-- name: keep_chat
insert into inbox_chats (account_id, conversation_id, identifier, chat_id) values ($1, $2, $3, $4)
on conflict (account_id, conversation_id) do update set identifier = excluded.identifier, chat_id = excluded.chat_id,
    labels = '{}', attributes = '{}'

-- name: move_chat
-- The customer is known by another identifier now; the one of before goes with the last chat that has it.
with moved as (
    update inbox_chats set identifier = $3 where account_id = $1 and conversation_id = $2 and chat_id = $4 returning account_id
)
delete from inbox_people p using moved
where p.account_id = moved.account_id and p.identifier = $5 and p.identifier <> $3
  and not exists (select from inbox_chats x where x.account_id = $1 and x.identifier = $5 and x.conversation_id <> $2)

-- name: keep_marks
update inbox_chats set labels = $3, attributes = $4 where account_id = $1 and conversation_id = $2

-- name: lose_place
-- Somebody has deleted it there: it is looked for, and made, again.
-- Whoever is to be taken out stays known until that is done.
with gone as (delete from inbox_chats where account_id = $1 and conversation_id = $2 returning identifier),
    ways as (select identifier from gone union select $3)
delete from inbox_people p
where p.account_id = $1 and p.identifier not like 'erased:%' and (p.identifier in (select identifier from ways)
    or p.person_id in (select q.person_id from inbox_people q join ways using (identifier) where q.account_id = $1))

-- name: prune_inbox_lines
delete from inbox_lines where state in ('done', 'failed') and created_at < now() - interval '8 days'

-- name: inbox_pending
select count(*) from inbox_lines where account_id = $1 and state in ('waiting', 'sending')

-- name: inbox_figures
select count(*) as chats, (select coalesce(sum(twins), 0) from inbox_people where account_id = $1) as twins
from inbox_chats where account_id = $1

-- name: inboxes_state
-- For the doctor of an installation: how many inboxes there are, how many fail, what waits, and who stands there twice.
select count(*) as inboxes, count(*) filter (where failing_since is not null) as failing,
    (select count(*) from inbox_lines where state in ('waiting', 'sending')) as waiting,
    (select coalesce(sum(twins), 0)::bigint from inbox_people) as twins
from inbox_mirrors
