-- The governor's one decision, under one row lock: may this process make its most urgent call now?

set local lock_timeout = '5s';
set local statement_timeout = '60s';

create function governor_take(
    p_account bigint, p_egress text, p_process uuid, p_lane smallint, p_since timestamptz, p_pace interval, p_ages interval
) returns double precision language plpgsql set search_path = public, pg_temp as $$
declare
    state governor;
    moment timestamptz;
    best uuid;
begin
    select * into state from governor where account_id = p_account and egress = p_egress for update;
    if not found then
        insert into governor (account_id, egress) values (p_account, p_egress) on conflict do nothing;
        select * into state from governor where account_id = p_account and egress = p_egress for update;
    end if;
    moment := clock_timestamp();
    insert into governor_bids as b (account_id, egress, process, lane, since, seen_at)
    values (p_account, p_egress, p_process, p_lane, p_since, moment)
    on conflict (account_id, egress, process) do update set lane = p_lane, since = p_since, seen_at = moment;
    if greatest(state.held_until, state.next_at) > moment then
        return extract(epoch from greatest(state.held_until, state.next_at) - moment);
    end if;
    -- A bid that is not renewed for three paces (half a second at least) belongs to a process that is gone.
    -- Waiting makes urgent: one lane up for every p_ages.
    select process into best from governor_bids
    where account_id = p_account and egress = p_egress
      and seen_at > moment - greatest(p_pace * 3, interval '500 milliseconds')
    order by lane - floor(extract(epoch from moment - since) / extract(epoch from p_ages)), since, process
    limit 1;
    if best is distinct from p_process then
        return least(extract(epoch from p_pace) / 4, 0.02);
    end if;
    update governor set next_at = moment + p_pace * case when state.slowed_until > moment then 2 else 1 end
    where account_id = p_account and egress = p_egress;
    delete from governor_bids where account_id = p_account and egress = p_egress and process = p_process;
    return 0;
end
$$;
comment on function governor_take is 'Seconds to wait before asking again; 0 grants the call. Lower lanes go first.';
