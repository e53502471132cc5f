-- Bookings by salesperson, over the last month and the next: how full the days are, who did not come.
select a.name as account, v.seller, sum(v.bookings) as bookings, sum(v.no_shows) as no_shows,
       sum(v.cancelled) as cancelled, sum(v.booked_minutes) / 60 as booked_hours,
       round(100.0 * sum(v.booked_minutes) / nullif(sum(v.offered_minutes), 0), 1) as full_percent
from vw_agenda_ocupacao v
join accounts a on a.id = v.account_id
where v.day between current_date - 31 and current_date + 31
group by a.name, v.seller
order by a.name, bookings desc;
