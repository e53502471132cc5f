-- name: hit
-- The answer to a question that is known, counted as one; a question that is not is counted too. Neither where a flow is
-- under way, or where something of ours that answered nothing (a reminder, a message that began the chat) came before it.
with scene as (
    select c.id from conversations c
    where c.id = $5 and c.account_id = $1 and coalesce(c.flow_step, 'over') in ('over', 'expired')
      and not exists (
          select from (
              select turn, state, created_at from outbox
              where conversation_id = $5 and kind = 'message' order by number desc limit 40
          ) as said
          where said.turn is null and said.state <> 'cancelled' and said.created_at > $6
      )
),
found as (
    update faq_answers set hits = hits + 1, hit_at = now()
    where account_id = $1 and locale = $2 and gist = $3 and refused_at is null and stale_at is null
      and expires_at > now() and (approved_at is not null or (is_known and confirmed_in is not null))
      and exists (select from scene)
    returning id, balloons, question = $4 as is_exact
),
counted as (
    insert into faq_days (account_id, day, exact, near, missed)
    select a.id, (now() at time zone a.timezone)::date, count(*) filter (where f.is_exact),
           count(*) filter (where not f.is_exact), (count(f.id) = 0)::int
    from scene s
    join accounts a on a.id = $1
    left join found f on true
    group by a.id
    on conflict (account_id, day) do update set exact = faq_days.exact + excluded.exact,
        near = faq_days.near + excluded.near, missed = faq_days.missed + excluded.missed
)
select id, balloons, is_exact from found

-- name: learn
-- Keep an answer that was admitted and leans on no tool. The very same in another conversation confirms it; another one
-- takes its place, unless a person has approved it. Every name in the question ($11) must be one that the account uses.
insert into faq_answers as f (account_id, locale, gist, question, balloons, brain, is_known, conversation_id, turn,
                              expires_at)
select $1, $2, $3, $4, $5, $6, $7, t.conversation_id, t.number, now() + $10::interval
from turns t
join conversations c on c.id = t.conversation_id
where t.account_id = $1 and t.conversation_id = $8 and t.number = $9 and t.state = 'admitted' and t.brain = $6
  and coalesce(c.flow_step, 'over') in ('over', 'expired')
  and not exists (select from tool_calls k where k.conversation_id = t.conversation_id and k.turn = t.number)
  and not exists (
      select from (
          select turn, state, created_at from outbox
          where conversation_id = $8 and kind = 'message' order by number desc limit 40
      ) as said
      where said.turn is null and said.state <> 'cancelled' and said.created_at > $12
  )
  and not exists (
      select from unnest($11::text[]) as name
      where not exists (
          select from knowledge k
          where k.account_id = $1
            and strpos(knowledge_plain(k.title || ' ' || k.keywords || ' ' || k.body), name) > 0
      )
  )
on conflict (account_id, locale, gist) do update set
    question = excluded.question,
    balloons = excluded.balloons,
    brain = excluded.brain,
    is_known = excluded.is_known,
    conversation_id = case
        when f.balloons = excluded.balloons and f.stale_at is null and f.expires_at > now() then f.conversation_id
        else excluded.conversation_id
    end,
    turn = case
        when f.balloons = excluded.balloons and f.stale_at is null and f.expires_at > now() then f.turn
        else excluded.turn
    end,
    confirmed_in = case
        when f.balloons = excluded.balloons and f.stale_at is null and f.expires_at > now()
            then case when f.conversation_id <> excluded.conversation_id then excluded.conversation_id else f.confirmed_in end
    end,
    confirmed_turn = case
        when f.balloons = excluded.balloons and f.stale_at is null and f.expires_at > now()
            then case when f.conversation_id <> excluded.conversation_id then excluded.turn else f.confirmed_turn end
    end,
    refused_at = case when f.balloons = excluded.balloons then f.refused_at end,
    approved_at = null,
    approved_by = null,
    stale_at = null,
    expires_at = excluded.expires_at
where f.approved_at is null or f.stale_at is not null or f.expires_at <= now()

-- name: page
-- The answers of an account, the newest first, and what each is good for.
select id, locale, question, balloons, brain, hits, hit_at, created_at, expires_at, approved_by,
       case
           when refused_at is not null then 'refused'
           when stale_at is not null or expires_at <= now() then 'stale'
           when approved_at is not null then 'approved'
           when is_known and confirmed_in is not null then 'confirmed'
           else 'waiting'
       end as state
from faq_answers
where account_id = $1 and id < $2
order by id desc
limit $3

-- name: approve
-- A person has read it and stands by it.
update faq_answers set approved_at = now(), approved_by = $3, refused_at = null, stale_at = null,
    expires_at = greatest(expires_at, now() + $4::interval)
where account_id = $1 and id = $2
returning id

-- name: forget
delete from faq_answers where account_id = $1 and id = $2 returning id

-- name: forget_all
with gone as (delete from faq_answers where account_id = $1 returning id) select count(*) from gone

-- name: judge
-- Somebody says of a turn whether its answer was good: what was learned from it, or given in it, hears that.
update faq_answers f set
    refused_at = case when $4 then null else now() end,
    approved_at = case when $4 then now() end,
    approved_by = case when $4 then $5::text end
where f.account_id = $1 and f.stale_at is null
  and ((f.conversation_id = $2 and f.turn = $3) or (f.confirmed_in = $2 and f.confirmed_turn = $3)
    or f.id = (
        select split_part(t.reason, ':', 2)::bigint from turns t
        where t.conversation_id = $2 and t.number = $3 and t.reason ~ '^faq:[0-9]{1,18}$'
    ))

-- name: doubt
-- A customer finds the answer of a turn bad, or takes that back: it is not given, unless a person of the company stands by
-- it, and is given again when nobody else finds that turn bad. A customer approves nothing in the company's name.
update faq_answers f set refused_at = case when $4 then now() end
where f.account_id = $1 and f.stale_at is null and f.approved_at is null
  and ((f.conversation_id = $2 and f.turn = $3) or (f.confirmed_in = $2 and f.confirmed_turn = $3)
    or f.id = (
        select split_part(t.reason, ':', 2)::bigint from turns t
        where t.conversation_id = $2 and t.number = $3 and t.reason ~ '^faq:[0-9]{1,18}$'
    ))
  and ($4 or not exists (select from feedback b where b.conversation_id = $2 and b.turn = $3 and b.thumb = 'down'))

-- name: days_kept
-- How long answers hold in an account.
select coalesce((settings ->> 'faq_days')::int, $2) from accounts where id = $1

-- name: last_day
-- First questions of the account's today and yesterday, for its figures.
select coalesce(sum(exact), 0)::int as exact, coalesce(sum(near), 0)::int as near, coalesce(sum(missed), 0)::int as missed,
       round(coalesce(sum(exact + near)::numeric / nullif(sum(exact + near + missed), 0), 0), 3)::float8 as hit_rate
from faq_days d
join accounts a on a.id = d.account_id
where d.account_id = $1 and d.day >= (now() at time zone a.timezone)::date - 1

-- name: log
insert into event_log (account_id, who, what, details) values ($1, $2, $3, $4)

-- name: prune_faq_answers
-- What nobody has said anew for a month after it ceased to hold.
delete from faq_answers where expires_at < now() - interval '30 days'
