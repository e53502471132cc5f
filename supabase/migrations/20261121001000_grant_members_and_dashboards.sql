-- Who may read what past our API: members of an account its rows, nobody its secrets; and the six views for dashboards.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

create table account_members (
    account_id bigint not null references accounts on delete cascade,
    user_id uuid not null,
    created_at timestamptz not null default now(),
    primary key (account_id, user_id)
);
comment on table account_members is 'Which users of Supabase Auth may read an account. Writing goes through Ponte''s API, which keeps the fences.';
create index account_members_user_idx on account_members (user_id);

-- The owner's rights, because a member must be looked up before any row may be read; the path is empty for that reason.
-- The claims are read as PostgREST sets them, so that it also works on a Postgres that has no auth.uid().
create function member_accounts() returns setof bigint
language sql stable security definer set search_path = '' as $$
    select account_id from public.account_members
    where user_id = (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid
$$;
comment on function member_accounts is 'The accounts that the caller of PostgREST is a member of.';

-- ---- the dashboards' views --------------------------------------------------------------------------------------

create view vw_atendimento_diario with (security_invoker = true) as
with counted as (
    select m.account_id, (m.at at time zone a.timezone)::date as day, m.conversation_id,
           (m.author = 'customer')::int as customer, (m.author = 'human')::int as human, 0 as bot, 0 as handed_over,
           0 as opted_out, 0 as opened
    from mensagens m join accounts a on a.id = m.account_id
    union all
    select o.account_id, (o.sent_at at time zone a.timezone)::date, o.conversation_id, 0, 0, 1, 0, 0, 0
    from outbox o join accounts a on a.id = o.account_id
    where o.kind = 'message' and o.state = 'sent' and o.sent_at is not null
    union all
    select l.account_id, (l.at at time zone a.timezone)::date, l.conversation_id, 0, 0, 0,
           (l.what = 'handed_over')::int, (l.what = 'opted_out')::int, 0
    from event_log l join accounts a on a.id = l.account_id
    where l.what in ('handed_over', 'opted_out')
    union all
    select c.account_id, (c.created_at at time zone a.timezone)::date, c.id, 0, 0, 0, 0, 0, 1
    from conversations c join accounts a on a.id = c.account_id
)
select account_id, day,
       count(distinct conversation_id) filter (where customer = 1) as conversations,
       sum(opened) as new_conversations,
       sum(customer) as customer_messages,
       sum(bot) as bot_messages,
       sum(human) as human_messages,
       sum(handed_over) as handed_over,
       sum(opted_out) as opted_out
from counted
group by account_id, day;
comment on view vw_atendimento_diario is
    'What happened each day, in the account''s time zone. A bot message is one that the channel accepted from Ponte.';
comment on column vw_atendimento_diario.conversations is 'Conversations in which the customer wrote that day.';
comment on column vw_atendimento_diario.new_conversations is 'Conversations that began that day.';
comment on column vw_atendimento_diario.handed_over is 'How often the bot gave a chat to a person.';

create view vw_latencia with (security_invoker = true) as
select t.account_id, (t.settled_at at time zone a.timezone)::date as day, s.stage,
       count(s.seconds) as turns,
       round((percentile_cont(0.5) within group (order by s.seconds))::numeric, 3) as p50_seconds,
       round((percentile_cont(0.95) within group (order by s.seconds))::numeric, 3) as p95_seconds,
       round(max(s.seconds)::numeric, 3) as max_seconds
from turns t
join accounts a on a.id = t.account_id
cross join lateral (values
    ('total', extract(epoch from t.delivered_at - t.received_at)::float8),
    ('burst_wait', extract(epoch from t.settled_at - t.received_at)::float8),
    ('queue', extract(epoch from t.asked_at - t.settled_at)::float8),
    ('brain', extract(epoch from t.answered_at - t.asked_at)::float8),
    ('admission', extract(epoch from t.admitted_at - t.answered_at)::float8),
    ('channel', extract(epoch from t.delivered_at - t.admitted_at)::float8)
) as s (stage, seconds)
where t.delivered_at is not null and s.seconds is not null
group by t.account_id, day, s.stage;
comment on view vw_latencia is
    'How long answers took, by stage and day, over the turns that were delivered; total is from the first word received to the first balloon accepted by the channel.';
comment on column vw_latencia.stage is 'burst_wait: for the rest of the burst; queue: until asked; brain: n8n, agent or model; admission: through the fence; channel: until accepted.';

create view vw_takeovers with (security_invoker = true) as
with named as (
    select distinct on (account_id, name) account_id, name, external_id from vendedores
    order by account_id, name, external_id
)
select l.account_id, (l.at at time zone a.timezone)::date as day, l.id, l.conversation_id, l.at,
       case l.what when 'handed_over' then 'handed_over' else 'taken' end as kind,
       l.who,
       coalesce(v.external_id, n.external_id) as seller_id,
       coalesce(v.name, n.name) as seller,
       l.details -> 'after' ->> 'reason' as reason,
       r.at as released_at,
       r.who as released_by,
       round(extract(epoch from r.at - l.at)::numeric, 3) as quiet_seconds
from event_log l
join accounts a on a.id = l.account_id
left join vendedores v on v.account_id = l.account_id and 'user:' || v.external_id = l.who
left join named n on n.account_id = l.account_id and n.name = l.who
left join lateral (
    select e.at, e.who from event_log e
    where e.conversation_id = l.conversation_id and e.id > l.id and e.what = 'released'
    order by e.id limit 1
) r on true
where l.what in ('paused', 'handed_over') and l.conversation_id is not null;
comment on view vw_takeovers is
    'Every time the bot went quiet because a person has the chat. kind: taken by a person (a command, a message of theirs), or handed_over by the bot.';
comment on column vw_takeovers.seller_id is 'The salesperson, where the audit names one; a key or the bot is none.';
comment on column vw_takeovers.quiet_seconds is 'Until the bot was let back; empty while it is still quiet.';

create view vw_fila_e_mortos with (security_invoker = true) as
with everything as (
    select account_id, 'inbox' as kind, 'unread' as state, received_at as since from inbox where folded_at is null
    union all
    select account_id, 'outbox_' || kind, state, coalesce(not_before, created_at) from outbox
    where state in ('pending', 'held', 'sending', 'person', 'failed')
    union all
    select account_id, 'delivery', state, received_at from deliveries where state <> 'decoded'
    union all
    select account_id, 'turn', state, settled_at from turns where state = 'open'
    union all
    select account_id, 'timer', 'overdue', due_at from timers where due_at < now()
    union all
    select account_id, 'media', state, created_at from media where state <> 'stored'
)
select e.account_id, (e.since at time zone a.timezone)::date as day, e.kind, e.state,
       (e.state in ('person', 'failed', 'quarantined', 'refused')) as is_dead,
       count(*) as count, min(e.since) as oldest_at
from everything e
join accounts a on a.id = e.account_id
group by e.account_id, day, e.kind, e.state;
comment on view vw_fila_e_mortos is
    'What waits and what died, as of now, by the day since when. The job queue itself is closed to clients; /stats shows it.';
comment on column vw_fila_e_mortos.is_dead is 'Nothing will happen by itself any more: a person must look.';

create view vw_agenda_ocupacao with (security_invoker = true) as
with kept as (
    -- The hours that each salesperson keeps: the own ones, else the account's, else office hours.
    select v.account_id, v.external_id as seller_id, v.name as seller,
           coalesce(d.timezone, a.timezone) as timezone,
           coalesce(d.exceptions, a.settings #> '{hours,exceptions}', '{}') as exceptions,
           coalesce(d.week, a.settings #> '{hours,week}', '{"mon": ["09:00-18:00"], "tue": ["09:00-18:00"],
               "wed": ["09:00-18:00"], "thu": ["09:00-18:00"], "fri": ["09:00-18:00"]}') as week
    from vendedores v
    join accounts a on a.id = v.account_id
    left join disponibilidade d on d.account_id = v.account_id and d.seller_id = v.external_id
),
times as (
    select g.account_id, g.seller_id, (g.starts_at at time zone k.timezone)::date as day, g.state, g.booked_at,
           extract(epoch from g.ends_at - g.starts_at) / 60 as minutes, g.hold_until
    from agenda g join kept k on k.account_id = g.account_id and k.seller_id = g.seller_id
),
taken as (
    select account_id, seller_id, day,
           coalesce(sum(minutes) filter (where state in ('booked', 'no_show')), 0) as booked_minutes,
           coalesce(sum(minutes) filter (where state = 'held' and hold_until > now()), 0) as held_minutes,
           count(*) filter (where state in ('booked', 'no_show')) as bookings,
           count(*) filter (where state = 'cancelled' and booked_at is not null) as cancelled,
           count(*) filter (where state = 'no_show') as no_shows
    from times group by account_id, seller_id, day
),
calendar as (
    select account_id, generate_series(min(day)::timestamp, max(day)::timestamp, '1 day')::date as day
    from taken group by account_id
),
offered as (
    select k.account_id, k.seller_id, k.seller, c.day,
           coalesce((
               select sum(span.closes[1]::int * 60 + span.closes[2]::int - span.opens[1]::int * 60 - span.opens[2]::int)
               from jsonb_array_elements_text(
                   coalesce(k.exceptions -> c.day::text, k.week -> lower(to_char(c.day, 'dy')), '[]')
               ) as hours (text)
               cross join lateral (
                   select regexp_match(hours.text, '^(\d+):(\d+)') as opens,
                          regexp_match(hours.text, '(\d+):(\d+)$') as closes
               ) as span
           ), 0) as minutes
    from kept k join calendar c on c.account_id = k.account_id
)
select o.account_id, o.day, o.seller_id, o.seller,
       o.minutes as offered_minutes,
       round(coalesce(t.booked_minutes, 0))::bigint as booked_minutes,
       round(coalesce(t.held_minutes, 0))::bigint as held_minutes,
       coalesce(t.bookings, 0) as bookings,
       coalesce(t.cancelled, 0) as cancelled,
       coalesce(t.no_shows, 0) as no_shows,
       round(coalesce(t.booked_minutes, 0) / nullif(o.minutes, 0), 3) as occupancy
from offered o
left join taken t on t.account_id = o.account_id and t.seller_id = o.seller_id and t.day = o.day
where o.minutes > 0 or t.day is not null;
comment on view vw_agenda_ocupacao is
    'How full each salesperson''s days are, from the first day with a booking to the last, in the salesperson''s zone.';
comment on column vw_agenda_ocupacao.offered_minutes is 'By the hours and the days that differ. Public holidays are not known here: they show as offered.';
comment on column vw_agenda_ocupacao.booked_minutes is 'Without buffers; who did not come has taken the time all the same.';
comment on column vw_agenda_ocupacao.occupancy is 'Booked of offered, 1 is full; empty where nothing was offered.';

create view vw_vendedor_desempenho with (security_invoker = true) as
with named as (
    select distinct on (account_id, name) account_id, name, external_id from vendedores
    order by account_id, name, external_id
),
done as (
    select m.account_id, m.author_id as seller_id, (m.at at time zone a.timezone)::date as day,
           1 as messages, m.conversation_id, 0 as takeovers, 0 as handovers, null::float8 as answered_in, 0 as bookings
    from mensagens m join accounts a on a.id = m.account_id where m.author = 'human'
    union all
    select l.account_id, coalesce(v.external_id, n.external_id), (l.at at time zone a.timezone)::date, 0, null, 1, 0, null, 0
    from event_log l
    join accounts a on a.id = l.account_id
    left join vendedores v on v.account_id = l.account_id and 'user:' || v.external_id = l.who
    left join named n on n.account_id = l.account_id and n.name = l.who
    where l.what = 'paused' and l.conversation_id is not null
    union all
    select h.account_id, h.seller_id, (h.chosen_at at time zone a.timezone)::date, 0, null, 0, 1,
           extract(epoch from f.at - h.chosen_at)::float8, 0
    from handovers h
    join accounts a on a.id = h.account_id
    left join lateral (
        select m.at from mensagens m
        where m.conversation_id = h.conversation_id and m.author = 'human' and m.author_id = h.seller_id
          and m.at >= h.chosen_at
        order by m.at limit 1
    ) f on true
    union all
    select g.account_id, g.seller_id, (g.booked_at at time zone a.timezone)::date, 0, null, 0, 0, null, 1
    from agenda g join accounts a on a.id = g.account_id where g.booked_at is not null
)
select v.account_id, d.day, v.external_id as seller_id, v.name as seller, v.is_active,
       sum(d.messages) as messages,
       count(distinct d.conversation_id) as conversations,
       sum(d.takeovers) as takeovers,
       sum(d.handovers) as handovers,
       count(d.answered_in) as handovers_answered,
       round((percentile_cont(0.5) within group (order by d.answered_in))::numeric, 3) as answered_in_p50_seconds,
       sum(d.bookings) as bookings
from done d
join vendedores v on v.account_id = d.account_id and v.external_id = d.seller_id
group by v.account_id, d.day, v.external_id, v.name, v.is_active;
comment on view vw_vendedor_desempenho is
    'What each salesperson did each day: words to customers, chats taken over, hand-overs received and how soon they were answered, visits booked.';
comment on column vw_vendedor_desempenho.answered_in_p50_seconds is 'Half of the hand-overs that were answered were answered within this time.';

-- ---- who may do what, over the whole catalogue ------------------------------------------------------------------

-- Says it anew for every table, view and function there is, so that a later migration ends with this one call.
create function guard_tables() returns void language plpgsql set search_path = public, pg_temp as $$
declare
    -- Nobody needs these but Ponte itself: they hold secrets, their hashes, or what passes between machines.
    closed constant text[] := array[
        'credentials', 'api_keys', 'grants', 'oauth_states', 'oauth_codes', 'continuations', 'rate_buckets',
        'governor', 'governor_bids', 'erasure_keys', 'erased_phones'
    ];
    client text;
    thing record;
    may_read text;
begin
    for thing in
        select c.oid::regclass as name, c.relname, c.relkind from pg_class c
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v')
    loop
        foreach client in array array['anon', 'authenticated', 'service_role'] loop
            if exists (select from pg_roles where rolname = client) then
                execute format('revoke all on %s from %I', thing.name, client);
            end if;
        end loop;
        if thing.relkind <> 'v' then
            execute format('alter table %s enable row level security', thing.name);
            execute format('drop policy if exists "members read" on %s', thing.name);
            execute format('drop policy if exists "nobody reads" on %s', thing.name);
            execute format('drop policy if exists "the service does all" on %s', thing.name);
        end if;
        if exists (select from pg_roles where rolname = 'service_role') then
            execute format('grant all on %s to service_role', thing.name);
            if thing.relkind <> 'v' then
                execute format(
                    'create policy "the service does all" on %s for all to service_role using (true) with check (true)',
                    thing.name
                );
            end if;
        end if;
        if exists (select from pg_roles where rolname = 'authenticated') then
            if thing.relname = any (closed) then
                execute format('create policy "nobody reads" on %s for select to authenticated using (false)', thing.name);
            else
                execute format('grant select on %s to authenticated', thing.name);
            end if;
            if thing.relkind <> 'v' and thing.relname <> all (closed) then
                may_read := case when thing.relname = 'accounts' then 'id' else 'account_id' end;
                execute format(
                    'create policy "members read" on %s for select to authenticated '
                    'using (%I in (select public.member_accounts()))', thing.name, may_read
                );
            end if;
        end if;
    end loop;
    -- Functions are open to everybody unless somebody closes them. Those of extensions are not ours to close.
    for thing in
        select p.oid::regprocedure as name, p.proname from pg_proc p
        where p.pronamespace = 'public'::regnamespace and p.prokind = 'f'
          and not exists (
              select from pg_depend where classid = 'pg_proc'::regclass and objid = p.oid and deptype = 'e'
          )
    loop
        execute format('revoke all on function %s from public', thing.name);
        foreach client in array array['anon', 'authenticated', 'service_role'] loop
            if exists (select from pg_roles where rolname = client) then
                execute format('revoke all on function %s from %I', thing.name, client);
                if client = 'service_role' or (client = 'authenticated' and thing.proname = 'member_accounts') then
                    execute format('grant execute on function %s to %I', thing.name, client);
                end if;
            end if;
        end loop;
    end loop;
end
$$;
comment on function guard_tables is
    'Row-level security for every table: the service role all, members of an account its rows, secrets nobody, anon nothing. Every later migration that makes a table ends with: select guard_tables();';

select guard_tables();
