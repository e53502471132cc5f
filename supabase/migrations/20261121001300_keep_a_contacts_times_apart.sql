-- Nobody is in two places: the live times of one person never overlap either, whoever the salespeople are.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

-- Of what somebody held twice the newest stays.
update agenda a set state = 'cancelled', hold_until = null, ended_at = now(), updated_at = now()
where a.state = 'held' and exists (
    select from agenda b where b.account_id = a.account_id and b.id > a.id and b.state = 'held'
        and coalesce('c' || b.contact_id, 'l' || b.lead_id, 'v' || b.conversation_id)
            = coalesce('c' || a.contact_id, 'l' || a.lead_id, 'v' || a.conversation_id));

-- Nobody has so many appointments that writing them anew, or an index, would hold anybody up.
-- squawk-ignore adding-field-with-default
alter table agenda add column person text generated always as (
    case when contact_id is not null then 'contact:' || contact_id
        when lead_id is not null then 'lead:' || lead_id
        when conversation_id is not null then 'conversation:' || conversation_id end) stored;
comment on column agenda.person is 'Whom it is for, as far as is known: the contact, else the lead, else the chat. One hold at a time, and no two live times that overlap.';

-- What was booked twice before stays as it is; it is told apart by its number.
do $$
declare
    newest bigint;
begin
    select coalesce(max(a.id), 0) into newest
    from agenda a join agenda b on b.account_id = a.account_id and b.person = a.person and b.id < a.id
        and tstzrange(a.starts_at, a.ends_at) && tstzrange(b.starts_at, b.ends_at)
    where a.state in ('held', 'booked') and b.state in ('held', 'booked');
    execute format(
        $sql$alter table agenda add constraint agenda_person_apart exclude using gist
            (account_id with =, person with =, tstzrange(starts_at, ends_at) with &&)
            where (state in ('held', 'booked') and id > %s)$sql$, newest);
end
$$;

-- squawk-ignore require-concurrent-index-creation
create index agenda_held_by_idx on agenda (account_id, person) where state = 'held';
