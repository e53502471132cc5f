-- Every installation of Chatwoot counts its accounts and inboxes from one: its address belongs to an account's name.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

update accounts a set external_ref = home.name || '/' || a.external_ref
from (
    select id, regexp_replace(lower(substring(base_url from '^https?://([^/?#]+)')), ':443$', '')
        || rtrim(coalesce(substring(base_url from '^https?://[^/?#]+(/[^?#]*)'), ''), '/') as name
    from accounts
) home
where home.id = a.id and home.name <> '' and a.channel = 'chatwoot' and a.external_ref ~ '^[0-9]+:[0-9]+$';
