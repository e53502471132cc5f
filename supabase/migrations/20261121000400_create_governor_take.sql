-- The governor's one decision, under row locks: may this process make its most urgent call now?
-- Two buckets, both must have room: the address that our calls leave from (account 0, for the vendor counts by caller),
-- and the account itself (egress '*', for it may be called from several addresses).

set local lock_timeout = '5s';
set local statement_timeout = '60s';

create function governor_bucket(p_account bigint, p_egress text) returns governor
language plpgsql set search_path = public, pg_temp as $$
declare
    bucket governor;
begin
    select * into bucket from governor where account_id = p_account and egress = p_egress for update;
    if not found then
        insert into governor (account_id, egress) values (p_account, p_egress) on conflict do nothing;
        select * into bucket from governor where account_id = p_account and egress = p_egress for update;
    end if;
    return bucket;
end
$$;
comment on function governor_bucket is 'A bucket under its lock, made when it is first wanted.';

create function governor_take(
    p_account bigint, p_egress text, p_process uuid, p_lane smallint, p_since timestamptz, p_pace interval, p_ages interval
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
    update governor set next_at = moment + p_pace * case when slowed_until > moment then 2 else 1 end
    where (account_id = 0 and egress = p_egress) or (account_id = p_account and egress = '*');
    delete from governor_bids where account_id = p_account and egress = p_egress and process = p_process;
    return 0;
end
$$;
comment on function governor_take is 'Seconds to wait before asking again; 0 grants the call. Lower lanes go first.';
