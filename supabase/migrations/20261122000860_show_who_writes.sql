-- Who writes to an account, counted: a dashboard of profiles that names nobody.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

create view vw_perfis with (security_invoker = true) as
with people as (
    select p.account_id, (p.seen_at at time zone a.timezone)::date as day, p.language, p.place, p.topics,
           case when a.settings ->> 'profiles' = 'by_phone' then coalesce(p.phone_key, p.contact_id)
                else p.contact_id end as person,
           case when k.opted_out_at is not null then 'refused'
                when k.opted_in_at is not null and (w.created_at is null or w.created_at <= k.opted_in_at) then 'granted'
                when w.granted then 'granted'
                when not w.granted then 'refused'
                else 'unknown' end as consent
    from profiles p
    join accounts a on a.id = p.account_id
    left join contacts k on k.account_id = p.account_id and k.external_id = p.contact_id
    left join lateral (
        select c.granted, c.created_at from consents c
        where c.account_id = p.account_id and (c.contact_id = p.contact_id or c.phone = any (k.phones))
        order by c.id desc limit 1
    ) w on true
)
select account_id, day, fact.about, fact.value, count(distinct person) as people
from people
cross join lateral (
    values ('language', language), ('place', place), ('consent', consent)
    union all
    select 'topic', topic from jsonb_object_keys(topics) as topic
) as fact (about, value)
group by account_id, day, fact.about, fact.value;
comment on view vw_perfis is
    'Customers by the day of their last word, in the account''s zone, and what is known of them: language, place, topic, consent.';
comment on column vw_perfis.about is 'language, place, topic or consent (granted, refused, unknown).';
comment on column vw_perfis.value is 'Empty where nobody has said it.';
comment on column vw_perfis.people is
    'Each counts once for a day, on that of their last word, with one phone for one person where the account keeps profiles so.';

select guard_tables();
