-- The governor lets a burst pass where the vendor's bucket does: an account that was quiet may make p_burst calls at once.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

create function governor_grant(
    p_account bigint, p_egress text, p_process uuid, p_lane smallint, p_since timestamptz, p_pace interval, p_ages interval,
    p_burst integer
) returns double precision language plpgsql set search_path = public, pg_temp as $$
declare
    address governor := governor_bucket(0, p_egress);
    account governor := governor_bucket(p_account, '*');
    moment timestamptz := clock_timestamp();
    ready timestamptz := greatest(account.held_until, account.next_at);
    best record;
begin
    insert into governor_bids as b (account_id, egress, process, lane, since, ready_at, seen_at)
    values (p_account, p_egress, p_process, p_lane, p_since, ready, moment)
    on conflict (account_id, egress, process) do update
        set lane = p_lane, since = p_since, ready_at = ready, seen_at = moment;
    if greatest(address.held_until, address.next_at, ready) > moment then
        return extract(epoch from greatest(address.held_until, address.next_at, ready) - moment);
    end if;
    -- A bid that is not renewed for three paces (half a second at least) belongs to a process that is gone.
    -- Waiting makes urgent: one lane up for every p_ages.
    select process, account_id into best from governor_bids
    where egress = p_egress and ready_at <= moment
      and seen_at > moment - greatest(p_pace * 3, interval '500 milliseconds')
    order by lane - floor(extract(epoch from moment - since) / extract(epoch from p_ages)), since, process
    limit 1;
    if (best.process, best.account_id) is distinct from (p_process, p_account) then
        return least(extract(epoch from p_pace) / 4, 0.02);
    end if;
    -- Time that passed without calls counts, as far as the bucket reaches; not while the vendor asks for less.
    update governor set next_at = case
            when slowed_until > moment then moment + p_pace * 2
            else greatest(next_at, moment - p_pace * (p_burst - 1)) + p_pace
        end
    where (account_id = 0 and egress = p_egress) or (account_id = p_account and egress = '*');
    delete from governor_bids where account_id = p_account and egress = p_egress and process = p_process;
    return 0;
end
$$;
comment on function governor_grant is 'Seconds to wait before asking again; 0 grants the call. Lower lanes go first.';

-- Processes that were started before this migration ask as they always did.
create or replace function governor_take(
    p_account bigint, p_egress text, p_process uuid, p_lane smallint, p_since timestamptz, p_pace interval, p_ages interval
) returns double precision language sql set search_path = public, pg_temp as $$
    select governor_grant(p_account, p_egress, p_process, p_lane, p_since, p_pace, p_ages, 1)
$$;

select guard_tables();
