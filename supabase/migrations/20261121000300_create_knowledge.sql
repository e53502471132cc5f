-- What the offline brain knows: one row per topic and language, searched by words and, where a word is mistyped, by likeness.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

create schema if not exists extensions;
create extension if not exists unaccent with schema extensions;
create extension if not exists pg_trgm with schema extensions;

-- An extension that was there before may live in another schema; the wrappers name the one it lives in, for good.
do $$
declare
    unaccent_home text := (select extnamespace::regnamespace::text from pg_extension where extname = 'unaccent');
    trigram_home text := (select extnamespace::regnamespace::text from pg_extension where extname = 'pg_trgm');
begin
    -- unaccent() itself is only stable, for its dictionary could be changed; a generated column needs a promise.
    execute format($f$
        create function public.knowledge_plain(words text) returns text
        language sql immutable strict parallel safe set search_path = ''
        as $body$ select %1$s.unaccent('%1$s.unaccent'::regdictionary, lower(words)) $body$
    $f$, unaccent_home);
    execute format($f$
        create function public.knowledge_likeness(one text, other text) returns real
        language sql immutable strict parallel safe set search_path = ''
        as $body$ select %1$s.similarity(one, other) $body$
    $f$, trigram_home);
end
$$;

create function public.knowledge_dictionary(locale text) returns regconfig
language sql immutable strict parallel safe set search_path = ''
as $$
    select case locale
        when 'pt-BR' then 'pg_catalog.portuguese'::regconfig
        when 'es' then 'pg_catalog.spanish'::regconfig
        when 'en' then 'pg_catalog.english'::regconfig
        else 'pg_catalog.simple'::regconfig
    end
$$;

create table knowledge (
    id bigint generated always as identity primary key,
    account_id bigint not null references accounts on delete cascade,
    locale text not null check (locale in ('pt-BR', 'es', 'en')),
    title text not null check (title <> ''),
    body text not null check (body <> ''),
    keywords text not null default '',
    is_example boolean not null default false,
    created_at timestamptz not null default now(),
    search tsvector not null generated always as (
        setweight(to_tsvector(public.knowledge_dictionary(locale), public.knowledge_plain(title)), 'A')
        || setweight(to_tsvector(public.knowledge_dictionary(locale), public.knowledge_plain(keywords)), 'B')
        || setweight(to_tsvector(public.knowledge_dictionary(locale), public.knowledge_plain(body)), 'C')
    ) stored,
    unique (account_id, locale, title)
);
comment on table knowledge is 'The account''s own knowledge; body is what the customer is told, word for word.';
comment on column knowledge.keywords is 'Other words that customers use for this topic; never shown.';
comment on column knowledge.is_example is 'Comes with Ponte, to try it out; goes when the account brings its own.';

alter table knowledge enable row level security;
