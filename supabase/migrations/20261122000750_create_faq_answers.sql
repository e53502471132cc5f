-- Answers that are given again to the same question, for accounts that want it. They go stale when what they lean on does.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

create table faq_answers (
    id bigint generated always as identity primary key,
    account_id bigint not null references accounts on delete cascade,
    locale text not null,
    gist text not null,
    question text not null,
    balloons text[] not null,
    brain text not null,
    is_known boolean not null,
    conversation_id bigint not null references conversations on delete cascade,
    turn integer not null,
    confirmed_in bigint references conversations on delete cascade,
    confirmed_turn integer,
    approved_at timestamptz,
    approved_by text,
    refused_at timestamptz,
    stale_at timestamptz,
    expires_at timestamptz not null,
    hits integer not null default 0,
    hit_at timestamptz,
    created_at timestamptz not null default now(),
    unique (account_id, locale, gist)
);
comment on table faq_answers is 'What a brain has answered to a first question. Given again only once it was confirmed or approved.';
comment on column faq_answers.gist is 'The question without greetings, politeness and articles: what must be the same.';
comment on column faq_answers.is_known is 'The brain named knowledge of the account that the answer leans on.';
comment on column faq_answers.conversation_id is 'Where it was said first; it goes with whoever asked there.';
comment on column faq_answers.confirmed_in is 'Another conversation in which the brain has said the very same.';
comment on column faq_answers.refused_at is 'Somebody found it bad: it is not given, and not learned again in the same words.';
comment on column faq_answers.stale_at is 'The account''s knowledge, hours or name have changed since: it counts as not known.';
create index faq_answers_conversation_idx on faq_answers (conversation_id);
create index faq_answers_confirmed_idx on faq_answers (confirmed_in) where confirmed_in is not null;
create index faq_answers_expiry_idx on faq_answers (expires_at);

create table faq_days (
    account_id bigint not null references accounts on delete cascade,
    day date not null,
    exact integer not null default 0,
    near integer not null default 0,
    missed integer not null default 0,
    created_at timestamptz not null default now(),
    primary key (account_id, day)
);
comment on table faq_days is 'How often a first question had an answer that was known, by the account''s own days.';

-- Whoever changes the knowledge, by the command line, an import or Supabase's own editor: the answers hear of it.
create function faq_knowledge_changed() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update faq_answers set stale_at = now(), approved_at = null
    where stale_at is null and account_id in (select account_id from changed);
    return null;
end
$$;
comment on function faq_knowledge_changed is 'Answers that lean on what an account knows are not given any more when that changes.';
create trigger faq_knowledge_added after insert on knowledge
referencing new table as changed for each statement execute function faq_knowledge_changed();
create trigger faq_knowledge_rewritten after update on knowledge
referencing new table as changed for each statement execute function faq_knowledge_changed();
create trigger faq_knowledge_gone after delete on knowledge
referencing old table as changed for each statement execute function faq_knowledge_changed();

create function faq_account_changed() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update faq_answers set stale_at = now(), approved_at = null where stale_at is null and account_id = new.id;
    return null;
end
$$;
comment on function faq_account_changed is 'The same when the hours change, the name, the zone, or what no reply may hold.';
create trigger faq_account_changed after update of settings, timezone on accounts for each row
when (
    old.timezone is distinct from new.timezone
    or old.settings -> 'hours' is distinct from new.settings -> 'hours'
    or old.settings -> 'areas' is distinct from new.settings -> 'areas'
    or old.settings -> 'business_name' is distinct from new.settings -> 'business_name'
    or old.settings -> 'never_promise' is distinct from new.settings -> 'never_promise'
)
execute function faq_account_changed();

create view vw_faq with (security_invoker = true) as
select account_id, day, exact, near, missed,
       round((exact + near)::numeric / nullif(exact + near + missed, 0), 3) as hit_rate
from faq_days;
comment on view vw_faq is
    'First questions by day, in the account''s zone: known word for word, known but for greetings and articles, and not known.';
comment on column vw_faq.hit_rate is 'Known of all, 1 is all of them.';

alter table faq_answers enable row level security;
alter table faq_days enable row level security;

select guard_tables();
