-- What Supabase owns and an embedded or plain Postgres lacks. Applied by `ponte migrate` to the embedded database only.
do $$
declare
    client text;
begin
    foreach client in array array['anon', 'authenticated', 'service_role'] loop
        if not exists (select from pg_roles where rolname = client) then
            execute format('create role %I nologin noinherit %s', client,
                case when client = 'service_role' then 'bypassrls' else '' end);
        end if;
    end loop;
end
$$;

create schema if not exists auth;
create schema if not exists extensions;

create or replace function auth.jwt() returns jsonb language sql stable as $$
    select coalesce(nullif(current_setting('request.jwt.claims', true), ''), '{}')::jsonb
$$;

create or replace function auth.uid() returns uuid language sql stable as $$
    select (auth.jwt() ->> 'sub')::uuid
$$;

create or replace function auth.role() returns text language sql stable as $$
    select auth.jwt() ->> 'role'
$$;

grant usage on schema public, auth, extensions to anon, authenticated, service_role;
