-- Knowledge by meaning, beside knowledge by words: only where the database has pgvector, and never needed.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

create function prepare_knowledge_vectors() returns boolean
language plpgsql set search_path = public, pg_temp as $$
declare
    home text;
begin
    if to_regclass('public.knowledge_vectors') is not null then
        return true;
    end if;
    if not exists (select from pg_extension where extname = 'vector') then
        if not exists (select from pg_available_extensions where name = 'vector') then
            return false;
        end if;
        begin
            create extension vector with schema extensions;
        exception when insufficient_privilege then
            return false;
        end;
    end if;
    home := (select extnamespace::regnamespace::text from pg_extension where extname = 'vector');
    -- No length is set, for models differ; an account's few hundred rows are read whole, so no index of vectors either.
    execute format($f$

create table public.knowledge_vectors (
    knowledge_id bigint primary key references public.knowledge on delete cascade,
    account_id bigint not null references public.accounts on delete cascade,
    model text not null,
    digest bytea not null,
    embedding %1$s.vector not null,
    created_at timestamptz not null default now()
)
    $f$, home);
    create index knowledge_vectors_account_idx on public.knowledge_vectors (account_id, model);
    comment on table public.knowledge_vectors is 'What the account knows as an embedding model sees it; made anew from `knowledge` at any time.';
    comment on column public.knowledge_vectors.digest is 'SHA-256 of the words that were embedded: other words need another vector.';
    execute format($f$
        create function public.knowledge_nearness(one %1$s.vector, other real[]) returns double precision
        language sql immutable strict parallel safe set search_path = ''
        as $body$ select 1 - (one operator(%1$s.<=>) other::%1$s.vector) $body$
    $f$, home);
    perform public.guard_tables();
    return true;
end
$$;
comment on function prepare_knowledge_vectors is
    'Makes the table knowledge_vectors where pgvector is to be had; false where it is not. Safe to call again, for instance after pgvector was installed.';

select prepare_knowledge_vectors();
select guard_tables();
