-- What a hand-over was about, as far as one could tell, and how one could tell.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

alter table handovers
    add column area text not null default '',
    add column area_rule text not null default '';
comment on column handovers.area is 'The area that the salesperson was looked for in; empty: any.';
comment on column handovers.area_rule is
    'How the area was known: trigger, lead_tag, only_area or unknown. That nobody of it was there, considered tells.';
