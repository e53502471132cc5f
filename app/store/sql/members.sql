-- name: members
select user_id, created_at from account_members where account_id = $1 order by created_at, user_id

-- name: add_member
-- The audit names the user by the id that Supabase Auth gave; null when the user was a member before.
with added as (
    insert into account_members (account_id, user_id) values ($1, $2) on conflict do nothing returning user_id
)
insert into event_log (account_id, who, what, why)
select $1, 'operator', 'member_added', user_id::text from added returning id

-- name: remove_member
with removed as (
    delete from account_members where account_id = $1 and user_id = $2 returning user_id
)
insert into event_log (account_id, who, what, why)
select $1, 'operator', 'member_removed', user_id::text from removed returning id
