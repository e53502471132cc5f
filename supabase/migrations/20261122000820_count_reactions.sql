-- A customer's thumb on a message of ours is feedback on the turn that sent it.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

-- squawk-ignore ban-drop-constraint
alter table feedback drop constraint feedback_source_check;
alter table feedback add constraint feedback_source_check check (source in ('survey', 'api', 'reaction')) not valid;

alter table feedback add column reacted_at timestamptz;
comment on column feedback.reacted_at is
    'When the customer set or took off the reaction, by the channel''s clock: of two that come in any order the later counts.';
-- squawk-ignore require-concurrent-index-creation
create unique index feedback_reaction_idx on feedback (conversation_id, turn) where source = 'reaction';
comment on table feedback is
    'Thumbs and scores. survey: asked after a hand-over; api: somebody else says it; reaction: a thumb on a message of ours.';
comment on column feedback.line is 'The outbox row that asks, or that the reaction is on.';
comment on column feedback.given_at is 'When it was answered; empty: asked and not answered, or a reaction that is no thumb.';
comment on view vw_satisfacao is
    'Thumbs and scores by day, salesperson and brain: asked for after a hand-over, set as reactions, and given by API.';
