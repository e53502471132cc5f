-- What people make of answers and of conversations: thumbs and scores, by the customer when asked, or by API.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

alter table conversations add column survey jsonb;
comment on column conversations.survey is 'The one question after a hand-over: whom it is about, and how far it has come.';

create table feedback (
    id bigint generated always as identity primary key,
    account_id bigint not null references accounts on delete cascade,
    conversation_id bigint not null references conversations on delete cascade,
    source text not null check (source in ('survey', 'api')),
    epoch integer not null default 0,
    line integer,
    turn integer,
    seller_id text not null default '',
    brain text not null default '',
    given_by text not null default '',
    thumb text check (thumb in ('up', 'down')),
    score smallint check (score between 1 and 5),
    asked_at timestamptz,
    given_at timestamptz,
    created_at timestamptz not null default now()
);
comment on table feedback is 'Thumbs and scores. survey: the customer was asked after a hand-over; api: somebody else says it.';
comment on column feedback.epoch is 'The hand-over that was asked about; each is asked about once.';
comment on column feedback.line is 'The outbox row that asks.';
comment on column feedback.given_at is 'When it was answered; empty: asked and not answered.';
create unique index feedback_survey_idx on feedback (conversation_id, epoch) where source = 'survey';
create unique index feedback_api_idx on feedback (conversation_id, coalesce(turn, 0), given_by) where source = 'api';
create index feedback_account_idx on feedback (account_id, created_at desc);

create view vw_satisfacao with (security_invoker = true) as
select f.account_id, (coalesce(f.asked_at, f.given_at) at time zone a.timezone)::date as day,
       f.seller_id, max(v.name) as seller, f.brain,
       count(*) filter (where f.source = 'survey') as asked,
       count(*) filter (where f.source = 'survey' and f.given_at is not null) as answered,
       count(*) filter (where f.thumb = 'up') as thumbs_up,
       count(*) filter (where f.thumb = 'down') as thumbs_down,
       count(f.score) as scores,
       round(avg(f.score), 2) as score
from feedback f
join accounts a on a.id = f.account_id
left join vendedores v on v.account_id = f.account_id and v.external_id = f.seller_id
left join outbox o on o.conversation_id = f.conversation_id and o.number = f.line
where coalesce(o.state, 'sent') <> 'cancelled' and coalesce(f.asked_at, f.given_at) is not null
group by f.account_id, day, f.seller_id, f.brain;
comment on view vw_satisfacao is
    'Thumbs and scores by day, salesperson and brain: of customers who were asked after a hand-over, and those given by API.';
comment on column vw_satisfacao.seller_id is 'Who had written to the customer; empty where it is about a brain.';
comment on column vw_satisfacao.asked is 'Questions that were put to customers; one that was taken back is none.';
comment on column vw_satisfacao.score is 'The mean of the scores from 1 to 5.';

alter table feedback enable row level security;

select guard_tables();
