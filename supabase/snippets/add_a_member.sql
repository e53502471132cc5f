-- Who may read an account through Supabase: put the user's e-mail and the account's name here.
insert into account_members (account_id, user_id)
select a.id, u.id from accounts a, auth.users u
where a.name = 'Loja Exemplo' and u.email = 'ana@example.com'
on conflict do nothing;
