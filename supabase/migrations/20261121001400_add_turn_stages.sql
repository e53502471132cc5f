-- Which brains were asked for a turn, how each ended, and what the answer cost. Null and empty in turns of before.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

alter table turns
    add column stages jsonb not null default '[]',
    add column told_at timestamptz,
    add column model text,
    add column input_tokens integer,
    add column output_tokens integer;
comment on column turns.stages is
    'One object for each brain asked: rung, brain, asked_at, seconds, outcome, detail. Codes and field names, no customer text.';
comment on column turns.told_at is 'When the customer was told that the answer takes longer; null: there was no need.';
