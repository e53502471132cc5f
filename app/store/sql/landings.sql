-- name: note_early
-- A call may be out whose answer will name this very message: it is kept with every template that is on its way.
with told as (
    select account_id, array_agg(distinct trouble || ':' || message_id) as landings
    from unnest($1::bigint[], $2::text[], $3::text[]) as t (account_id, message_id, trouble)
    group by account_id
), firsts as (
    update outreaches o set landings = o.landings || t.landings
    from told t
    where o.account_id = t.account_id and o.state = 'sending' and o.way = 'template'
)
update follow_ups f set landings = f.landings || t.landings
from told t
where f.account_id = t.account_id and f.state = 'sending' and f.way = 'template'

-- name: landed
-- What the messenger tells of templates by their ids: one that never arrived has failed, and counts as no message; one that
-- did was sent, whatever was told before. Each says so once. What would follow a message that nobody got is not said.
-- The answer: those of the trigger $4 that never arrived.
with told as (
    select account_id, message_id, min(trouble) as trouble
    from unnest($1::bigint[], $2::text[], $3::text[]) as t (account_id, message_id, trouble)
    group by account_id, message_id
), firsts as (
    update outreaches o set
        state = case when t.trouble = '' then 'sent' else 'failed' end,
        reasons = case when t.trouble = '' then '{}' else array['not_delivered', t.trouble] end,
        sent_at = case when t.trouble = '' then coalesce(o.sent_at, now()) end,
        delivered_at = case when t.trouble = '' then now() end,
        updated_at = now()
    from told t
    where o.account_id = t.account_id and o.message_id = t.message_id and o.delivered_at is null
      and (o.state = 'sent' or o.state = 'failed' and t.trouble = '' and not exists (
          select from outreaches twin
          where twin.account_id = o.account_id and twin.trigger = o.trigger and twin.day = o.day and twin.id <> o.id
            and twin.state not in ('duplicate', 'denied', 'failed')
            and (twin.subject = o.subject or twin.contact_id = o.contact_id)))
    returning o.id, o.account_id, o.trigger, t.trouble
), rungs as (
    update follow_ups f set
        state = case when t.trouble = '' then 'sent' else 'cancelled' end,
        reason = t.trouble,
        sent_at = case when t.trouble = '' then coalesce(f.sent_at, now()) end,
        delivered_at = case when t.trouble = '' then now() end
    from told t
    where f.account_id = t.account_id and f.message_id = t.message_id and f.delivered_at is null
      and (f.state = 'sent' or f.state = 'cancelled' and t.trouble = '')
    returning f.outreach_id as id, t.trouble
), ladders as (
    update follow_ups l set
        state = case when b.trouble = '' then 'pending' else 'cancelled' end,
        reason = case when b.trouble = '' then '' else 'not_delivered' end
    from (select id, trouble from firsts union select id, trouble from rungs) as b
    where l.outreach_id = b.id and l.message_id is null
      and (b.trouble <> '' and l.state = 'pending'
        or b.trouble = '' and l.state = 'cancelled' and l.reason = 'not_delivered')
)
select account_id, id from firsts where trouble <> '' and trigger = $4

-- name: name_outreach
-- The call has answered with the message's id; what was told of it meanwhile.
with before as (select landings from outreaches where account_id = $1 and id = $2)
update outreaches set message_id = $3, landings = '{}' where account_id = $1 and id = $2
returning (select landings from before) as landings

-- name: name_follow_up
with before as (select landings from follow_ups where outreach_id = $1 and step = $2)
update follow_ups set message_id = $3, landings = '{}' where outreach_id = $1 and step = $2
returning (select landings from before) as landings
