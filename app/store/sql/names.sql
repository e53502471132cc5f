-- name: known
-- To which chats these names lead.
select n.account_id, n.channel, n.known_as, n.chat_id
from chat_names n
join unnest($1::bigint[], $2::text[], $3::text[]) as k (account_id, channel, known_as)
    on (n.account_id, n.known_as, n.channel) = (k.account_id, k.known_as, k.channel)

-- name: claim
-- Take these names, in one order everywhere: whoever hears of one at the same time waits here, and then finds the chat.
insert into chat_names (account_id, channel, known_as)
select account_id, channel, known_as
from unnest($1::bigint[], $2::text[], $3::text[]) as k (account_id, channel, known_as)
order by account_id, channel, known_as
on conflict (account_id, known_as, channel) do update set chat_id = chat_names.chat_id
returning account_id, channel, known_as, chat_id

-- name: settle
-- They lead to this chat from now on. They are taken.
update chat_names n set chat_id = k.chat_id
from unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) as k (account_id, channel, known_as, chat_id)
where (n.account_id, n.known_as, n.channel) = (k.account_id, k.known_as, k.channel)

-- name: join_opt_outs
-- Two chats of before turn out to be one person's: who wanted no more messages in one of them wants none in the other.
insert into contacts (account_id, external_id, opted_out_at)
select k.account_id, k.stays, max(c.opted_out_at)
from unnest($1::bigint[], $2::text[], $3::text[]) as k (account_id, goes, stays)
join contacts c on c.account_id = k.account_id and c.external_id = k.goes and c.opted_out_at is not null
group by k.account_id, k.stays
on conflict (account_id, external_id) do update set opted_out_at = coalesce(contacts.opted_out_at, excluded.opted_out_at)

-- name: tell_joined
-- For whoever looks for the other half.
insert into event_log (account_id, conversation_id, who, what, why)
select c.account_id, c.id, 'ponte', 'same_person', 'conversation ' || g.id
from unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) as k (account_id, channel, goes, stays)
join conversations c on (c.account_id, c.channel, c.chat_id) = (k.account_id, k.channel, k.stays)
join conversations g on (g.account_id, g.channel, g.chat_id) = (k.account_id, k.channel, k.goes)
