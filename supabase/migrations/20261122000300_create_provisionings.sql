-- Users made, and balances given, on panels that belong to somebody else.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

create table panels (
    account_id bigint primary key references accounts on delete cascade,
    recipe text not null,
    base_url text not null,
    admin_user text not null,
    sealed_password text not null,
    sealed_user_password text,
    daily_cap numeric(14, 2) not null default 1000 check (daily_cap >= 0),
    confirm_above numeric(14, 2) not null default 100 check (confirm_above >= 0),
    stopped_at timestamptz,
    stopped_why text not null default '',
    stopped_evidence text[] not null default '{}',
    checked_at timestamptz,
    checked_as text not null default '',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table panels is 'The panel of an account and the administrator by whom it is used. stopped_at: nobody goes there until an operator says so.';
comment on column panels.sealed_user_password is 'The password that every new user gets; null: each gets one of its own.';
comment on column panels.daily_cap is 'So much may be given in balances on one day of the account''s zone.';

create table panel_leases (
    panel text primary key,
    account_id bigint not null references accounts on delete cascade,
    turn bigint not null default 1,
    held_until timestamptz not null,
    created_at timestamptz not null default now()
);
comment on table panel_leases is 'Who is at a panel account now: one at a time over all processes. turn fences whoever comes back too late.';

create table provisionings (
    id bigint generated always as identity primary key,
    account_id bigint not null references accounts on delete cascade,
    operation text not null check (operation in ('create_user', 'assign_balance')),
    request_key text not null,
    request_digest bytea,
    conversation text not null default '',
    conversation_id bigint references conversations on delete cascade,
    captured_name text not null default '',
    candidate text not null,
    attempt integer not null default 1,
    most_names integer not null default 1 check (most_names between 1 and 10),
    names_tried integer not null default 1,
    amount numeric(14, 2) check (amount > 0),
    balance_before numeric(14, 2),
    balance_after numeric(14, 2),
    locale text not null default 'es' check (locale in ('pt-BR', 'es', 'en')),
    sealed_password text,
    state text not null default 'waiting' check (state in ('waiting', 'running', 'done', 'dead', 'dropped')),
    step text not null default 'accepted' check (step in ('accepted', 'looked', 'writing', 'written', 'done')),
    status text check (status in ('success', 'conflict', 'error')),
    detail text not null default '',
    evidence text[] not null default '{}',
    username text not null default '',
    panel text not null default '',
    run bigint not null default 0,
    tries integer not null default 0,
    may_repeat boolean not null default false,
    not_before timestamptz not null default now(),
    deadline timestamptz not null,
    callback_url text,
    called_back_at timestamptz,
    requested_by text not null default '',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    done_at timestamptz,
    unique (account_id, operation, request_key),
    check (operation = 'create_user' or amount is not null)
);
comment on table provisionings is 'What a panel was asked for and what came of it. dead: it ended in an error and is kept, to be tried again by a person.';
comment on column provisionings.conversation is 'The caller''s own words for the conversation; it need not exist here. conversation_id: the one of ours, where it does.';
comment on column provisionings.step is 'How far it is. From writing on the panel is asked what happened before anything is repeated.';
comment on column provisionings.run is 'Fences: whoever comes back after another has taken it up writes nothing any more.';
comment on column provisionings.may_repeat is 'A person has looked and lets a balance whose outcome was unknown be given again.';

create index provisionings_open_idx on provisionings (account_id, not_before, id) where state in ('waiting', 'running');
create index provisionings_deadline_idx on provisionings (deadline) where state in ('waiting', 'running');
create index provisionings_conversation_idx on provisionings (conversation_id) where conversation_id is not null;
create index provisionings_caller_idx on provisionings (account_id, conversation);
create index provisionings_dead_idx on provisionings (account_id, updated_at desc) where state = 'dead';
create index provisionings_given_idx on provisionings (account_id, created_at) where operation = 'assign_balance';
create index provisionings_created_idx on provisionings (created_at);

-- As before, and closed is also whatever holds something sealed, so that no later table with a secret is forgotten.
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
          and a.attname like 'sealed%' and not a.attisdropped
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
