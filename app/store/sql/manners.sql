-- name: manners
-- Whether the first message tells that a program writes, and what no reply may hold.
select coalesce((settings ->> 'ai_disclosure')::boolean, false) as ai_disclosure,
       coalesce(settings -> 'never_promise', '[]')::text as never_promise
from accounts where id = $1
