-- Something to look at in a new local project: an account with two salespeople, their hours, and a visit next week.
-- Nothing here can act: the account has no credentials. Running it again changes nothing.

insert into accounts (name, channel, external_ref, base_url, webhook_secret_hash, state)
values ('Loja de demonstração', 'kommo', 'seed', 'https://example.com', sha256(gen_random_uuid()::text::bytea), 'closed')
on conflict (channel, external_ref) do nothing;

insert into vendedores (account_id, external_id, name, areas)
select a.id, v.external_id, v.name, v.areas
from accounts a
cross join (values ('1', 'Ana', array['limpeza']), ('2', 'Bia', array[]::text[])) as v (external_id, name, areas)
where a.channel = 'kommo' and a.external_ref = 'seed'
on conflict do nothing;

insert into disponibilidade (account_id, seller_id, timezone, week)
select a.id, '1', a.timezone, '{"mon": ["09:00-12:00", "13:00-18:00"], "wed": ["09:00-12:00"]}'
from accounts a where a.channel = 'kommo' and a.external_ref = 'seed'
on conflict do nothing;

insert into agenda (account_id, seller_id, title, state, starts_at, ends_at, taken, timezone, receipt, booked_at)
select a.id, '1', 'Visita', 'booked', at.start, at.start + interval '30 minutes',
       tstzrange(at.start, at.start + interval '30 minutes'), a.timezone, 'SEED-1', now()
from accounts a
cross join lateral (
    select (date_trunc('week', now() at time zone a.timezone) + interval '7 days 10 hours') at time zone a.timezone as start
) as at
where a.channel = 'kommo' and a.external_ref = 'seed'
on conflict do nothing;
