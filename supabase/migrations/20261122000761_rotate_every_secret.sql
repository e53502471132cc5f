-- Every secret can be changed while the old one still counts for a while, and how old each is can be told.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

create table retired_secrets (
    id bigint generated always as identity primary key,
    account_id bigint not null references accounts on delete cascade,
    kind text not null check (kind in ('address', 'signing')),
    old_secret_hash bytea not null,
    retires_at timestamptz,
    created_at timestamptz not null default now(),
    unique (account_id, kind, old_secret_hash)
);
comment on table retired_secrets is
    'Secrets that others have taken the place of. They stay known, so that settings which still name one do not bring it back.';
comment on column retired_secrets.retires_at is 'Until then it still counts; null: until somebody says that it is over.';
create index retired_secrets_hash_idx on retired_secrets (old_secret_hash) where kind = 'address';

alter table accounts add column address_set_at timestamptz not null default now();
comment on column accounts.address_set_at is 'Since when the webhooks'' address has the secret that it has.';
update accounts set address_set_at = created_at;

create function note_webhook_secret() returns trigger
language plpgsql set search_path = '' as $$
begin
    new.address_set_at := now();
    return new;
end
$$;
comment on function note_webhook_secret is 'Notes since when an account has its webhook secret, whoever changes it.';
create trigger note_webhook_secret before update of webhook_secret_hash on accounts for each row
when (new.webhook_secret_hash is distinct from old.webhook_secret_hash)
execute function note_webhook_secret();

alter table api_keys add column retires_at timestamptz;
comment on column api_keys.retires_at is 'Another key has taken its place: until then it still opens.';

alter table panels add column password_at timestamptz not null default now();
comment on column panels.password_at is 'Since when the administrator''s password is the one that is kept.';
update panels set password_at = created_at;

alter table retired_secrets enable row level security;

-- As before, and closed is also what holds hashes of secrets that others have taken the place of.
create or replace function guard_tables() returns void language plpgsql set search_path = public, pg_temp as $$
declare
    -- Nobody needs these but Ponte itself: they hold secrets, their hashes, or what passes between machines.
    closed text[] := array[
        'credentials', 'api_keys', 'grants', 'oauth_states', 'oauth_codes', 'continuations', 'rate_buckets',
        'governor', 'governor_bids', 'erasure_keys', 'erased_phones', 'panel_leases'
    ];
    client text;
    thing record;
    may_read text;
begin
    closed := closed || array(
        select c.relname::text from pg_class c join pg_attribute a on a.attrelid = c.oid
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
          and (a.attname like 'sealed%' or a.attname = 'old_secret_hash') and not a.attisdropped
    );
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

select guard_tables();
