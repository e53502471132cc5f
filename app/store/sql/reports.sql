-- name: vw_atendimento_diario
-- A page of a view: an account's ($1) days from $2 to $3, after the row with the key $4. The key orders the rows.
select * from (
    select v.*, v.day::text collate "C" as key from vw_atendimento_diario v
    where v.account_id = $1 and v.day between $2 and $3
) page where key > $4 order by key limit $5

-- name: vw_latencia
select * from (
    select v.*, (v.day || ' ' || v.stage) collate "C" as key from vw_latencia v
    where v.account_id = $1 and v.day between $2 and $3
) page where key > $4 order by key limit $5

-- name: vw_vendedor_desempenho
select * from (
    select v.*, (v.day || ' ' || v.seller_id) collate "C" as key from vw_vendedor_desempenho v
    where v.account_id = $1 and v.day between $2 and $3
) page where key > $4 order by key limit $5

-- name: vw_agenda_ocupacao
select * from (
    select v.*, (v.day || ' ' || v.seller_id) collate "C" as key from vw_agenda_ocupacao v
    where v.account_id = $1 and v.day between $2 and $3
) page where key > $4 order by key limit $5

-- name: vw_takeovers
select * from (
    select v.*, (v.day || ' ' || lpad(v.id::text, 20, '0')) collate "C" as key from vw_takeovers v
    where v.account_id = $1 and v.day between $2 and $3
) page where key > $4 order by key limit $5

-- name: vw_fila_e_mortos
select * from (
    select v.*, (v.day || ' ' || v.kind || ' ' || v.state) collate "C" as key from vw_fila_e_mortos v
    where v.account_id = $1 and v.day between $2 and $3
) page where key > $4 order by key limit $5

-- name: vw_satisfacao
select * from (
    select v.*, (v.day || ' ' || v.seller_id || ' ' || v.brain) collate "C" as key from vw_satisfacao v
    where v.account_id = $1 and v.day between $2 and $3
) page where key > $4 order by key limit $5

-- name: vw_faq
select * from (
    select v.*, v.day::text collate "C" as key from vw_faq v
    where v.account_id = $1 and v.day between $2 and $3
) page where key > $4 order by key limit $5

-- name: vw_perfis
select * from (
    select v.*, (v.day || ' ' || v.about || ' ' || v.value) collate "C" as key from vw_perfis v
    where v.account_id = $1 and v.day between $2 and $3
) page where key > $4 order by key limit $5

-- name: columns
-- What a view shows, in its order; the account is the reader's own.
select column_name from information_schema.columns
where table_schema = 'public' and table_name = $1::text and column_name <> 'account_id'
order by ordinal_position

-- name: zone
-- By whose clock an account's times are told.
select timezone from accounts where id = $1
