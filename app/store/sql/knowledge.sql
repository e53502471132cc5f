-- name: search
-- The passages that cover most of what the words $3 ask, rare words counting more; a word that no passage has stands
-- for the most alike one of at least $5, if there is one. What covers less than $6 of the question is no answer.
with passage as (
    select id, title, body, locale, search from knowledge where account_id = $1 and locale = $2
),
known as (
    select w.lexeme, count(*) as passages from passage p, unnest(p.search) w group by w.lexeme
),
asked as (
    select distinct w.lexeme
    from unnest($3::text[]) word, unnest(to_tsvector(knowledge_dictionary($2), knowledge_plain(word))) w
),
meant as (
    select coalesce(k.lexeme, near.lexeme) as lexeme, case when k.lexeme is null then 0.8 else 1 end as trust,
        ln(1 + (select count(*) from passage)::float8 / greatest(k.passages, near.passages, 1)) as weight
    from asked a
    left join known k on k.lexeme = a.lexeme
    left join lateral (
        select o.lexeme, o.passages, knowledge_likeness(o.lexeme, a.lexeme) as likeness
        from known o
        where k.lexeme is null and length(a.lexeme) > 3 and knowledge_likeness(o.lexeme, a.lexeme) >= $5
        order by likeness desc, o.lexeme
        limit 1
    ) near on true
),
scored as (
    select p.id, sum(m.weight * m.trust * case
            when 'A' = any (w.weights) then 1 when 'B' = any (w.weights) then 0.95 else 0.7
        end) / (select sum(weight) from meant) as score
    from passage p
    cross join lateral unnest(p.search) w
    join meant m on m.lexeme = w.lexeme
    group by p.id
)
select p.title, p.body, p.locale, s.score
from scored s
join passage p on p.id = s.id
where s.score >= $6
order by s.score desc, p.id
limit $4

-- name: topics
-- What the account knows about, in the order it was told.
select title from knowledge where account_id = $1 and locale = $2 order by id limit $3

-- name: add
-- Learn a topic in one language, or learn it anew.
insert into knowledge (account_id, locale, title, body, keywords, is_example, source)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (account_id, locale, title) do update set body = excluded.body, keywords = excluded.keywords,
    is_example = excluded.is_example, source = excluded.source

-- name: add_example
-- Learn a topic of the example business, unless the account has said something of its own about it.
insert into knowledge (account_id, locale, title, body, keywords, is_example)
values ($1, $2, $3, $4, $5, true)
on conflict (account_id, locale, title) do nothing

-- name: knows_anything
select exists (select from knowledge where account_id = $1)

-- name: clear_examples
-- Forget the example business.
delete from knowledge where account_id = $1 and is_example

-- name: all
select id, locale, title, body, keywords, source from knowledge where account_id = $1 order by id

-- name: home
select base_url from accounts where id = $1

-- name: clear_sources
-- Forget what was learned of these files and pages.
delete from knowledge where account_id = $1 and source = any ($2::text[]) and source <> ''

-- name: clear
-- Forget everything; how many topics that were.
with gone as (delete from knowledge where account_id = $1 returning id) select count(*) from gone

-- name: log
-- Who steers the command line is the operator; how many topics it was about.
insert into event_log (account_id, who, what, details) values ($1, 'operator', $2, jsonb_build_object('topics', $3::bigint))

-- name: knows_vectors
select to_regclass('public.knowledge_vectors') is not null

-- name: prepare_vectors
select prepare_knowledge_vectors()

-- name: has_vectors
select exists (select from knowledge_vectors where account_id = $1 and model = $2)

-- name: vectors
-- Which words of an account have a vector of this model.
select knowledge_id, digest from knowledge_vectors where account_id = $1 and model = $2

-- name: keep_vector
insert into knowledge_vectors (knowledge_id, account_id, model, digest, embedding)
select k.id, k.account_id, $3, $4, $5::real[] from knowledge k where k.id = $1 and k.account_id = $2
on conflict (knowledge_id) do update set model = excluded.model, digest = excluded.digest,
    embedding = excluded.embedding

-- name: nearest
-- The passages of a language that are nearest in meaning to the vector $4.
select k.title, k.body, k.locale, knowledge_nearness(v.embedding, $4::real[]) as score
from knowledge_vectors v
join knowledge k on k.id = v.knowledge_id
where v.account_id = $1 and v.model = $3 and k.locale = $2
order by score desc, k.id
limit $5
