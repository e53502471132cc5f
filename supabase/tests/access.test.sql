-- `supabase test db`: who may read what, told as TAP. Ponte's own tests run this file too, without Docker.
begin;

create function pg_temp.say(is_so boolean, promise text) returns text language sql as
$$ select case when is_so then 'ok - ' else 'not ok - ' end || promise $$;

select '1..9';

insert into accounts (name, channel, external_ref, base_url, webhook_secret_hash)
values ('ours', 'kommo', 'test-ours', 'https://example.com', '\x01'), ('theirs', 'kommo', 'test-theirs', 'https://example.com', '\x02');

insert into account_members (account_id, user_id)
select id, '00000000-0000-0000-0000-00000000000a' from accounts where external_ref = 'test-ours';

insert into vendedores (account_id, external_id, name)
select id, '1', 'Ana' from accounts where external_ref like 'test-%';

select pg_temp.say(
    not exists (select from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relrowsecurity),
    'row-level security is on for every table'
);

select pg_temp.say(
    not exists (select from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v') and has_table_privilege('anon', oid, 'select, insert, update, delete')),
    'anon has no right on any table or view'
);

select pg_temp.say(
    not exists (select from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and has_table_privilege('authenticated', oid, 'insert, update, delete, truncate')),
    'who has signed in writes nothing past the API'
);

select pg_temp.say(
    not has_table_privilege('authenticated', 'credentials', 'select'),
    'secrets are for nobody'
);

select pg_temp.say(
    not has_schema_privilege('authenticated', 'queue', 'usage') and not has_schema_privilege('anon', 'queue', 'usage'),
    'the job queue is closed'
);

set local role authenticated;

set local request.jwt.claims = '{"role": "authenticated", "sub": "00000000-0000-0000-0000-00000000000a"}';

select pg_temp.say((select array_agg(name) from accounts) = array['ours'], 'a member sees the own account');

select pg_temp.say((select count(*) from vendedores) = 1, 'and the rows of it');

set local request.jwt.claims = '{"role": "authenticated", "sub": "00000000-0000-0000-0000-00000000000b"}';

select pg_temp.say((select count(*) from accounts) = 0, 'who is no member sees none');

set local role service_role;

select pg_temp.say((select count(*) from accounts where external_ref like 'test-%') = 2, 'the service role sees all');

rollback;
