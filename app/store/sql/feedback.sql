-- name: save_survey
-- How far the one question after a hand-over has come.
update conversations set survey = $2 where id = $1

-- name: surveyed
-- The customer is asked; each hand-over is asked about once.
insert into feedback (account_id, conversation_id, source, epoch, line, seller_id, asked_at)
values ($1, $2, 'survey', $3, $4, $5, $6)
on conflict (conversation_id, epoch) where source = 'survey' do nothing

-- name: rated
-- The customer has answered; the first answer counts.
update feedback set thumb = $3, score = $4, given_at = $5
where conversation_id = $1 and source = 'survey' and epoch = $2 and given_at is null

-- name: turn
-- Whether an account has such a turn.
select exists (select from turns where account_id = $1 and conversation_id = $2 and number = $3)

-- name: give
-- What somebody makes of a turn, or of a conversation; a second word of the same caller takes the place of the first.
-- It is about the turn's brain, else about who wrote to the customer last, else about the brain that did.
insert into feedback (account_id, conversation_id, source, turn, seller_id, brain, given_by, thumb, score, given_at)
select $1, $2, 'api', $3::int,
       case when $3::int is null then coalesce(h.author_id, '') else '' end,
       case when $3::int is not null or h.author_id is null then coalesce(t.brain, '') else '' end,
       $4, $5, $6, $7
from (select 1) as one
left join lateral (
    select author_id from mensagens where conversation_id = $2 and author = 'human' order by id desc limit 1
) as h on true
left join lateral (
    select brain from turns
    where conversation_id = $2 and ($3::int is null and state = 'admitted' or number = $3::int)
    order by number desc limit 1
) as t on true
on conflict (conversation_id, coalesce(turn, 0), given_by) where source = 'api' do update set
    thumb = excluded.thumb, score = excluded.score, given_at = excluded.given_at
returning id

-- name: react
-- The customer's sign on a line of a turn: the one that was set last counts, and is taken back where it was set.
with before as (
    select thumb from feedback where conversation_id = $2 and turn = $3 and source = 'reaction'
)
insert into feedback as f (account_id, conversation_id, source, turn, line, brain, given_by, thumb, given_at, reacted_at)
select $1, t.conversation_id, 'reaction', t.number, $4, coalesce(t.brain, ''), 'customer', $5::text,
       case when $5::text is not null then $6::timestamptz end, $6::timestamptz
from turns t
where t.conversation_id = $2 and t.number = $3
on conflict (conversation_id, turn) where source = 'reaction' do update set
    line = excluded.line, thumb = excluded.thumb, given_at = excluded.given_at, reacted_at = excluded.reacted_at
where f.reacted_at <= excluded.reacted_at and (excluded.thumb is not null or excluded.line = f.line)
returning thumb, (select thumb from before) as was

-- name: last_day
-- What came in over the last day.
select count(*) filter (where source = 'survey' and asked_at > now() - interval '1 day') as asked,
       count(*) filter (where source = 'survey' and given_at > now() - interval '1 day') as answered,
       count(*) filter (where thumb = 'up' and given_at > now() - interval '1 day') as thumbs_up,
       count(*) filter (where thumb = 'down' and given_at > now() - interval '1 day') as thumbs_down,
       round(avg(score) filter (where given_at > now() - interval '1 day'), 2)::float8 as score
from feedback
where account_id = $1 and created_at > now() - interval '2 days'
