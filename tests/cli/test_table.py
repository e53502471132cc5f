"""A list in columns for a person, with tabs for a program."""

from app.administration.table import lines

TABLE = [["id", "name"], ["1", "loja-exemplo"], ["20", "x"]]


def test_a_person_sees_columns():
    assert lines(TABLE, aligned=True) == ["id  name", "1   loja-exemplo", "20  x"]


def test_a_program_splits_at_tabs():
    assert lines(TABLE, aligned=False)[1] == "1\tloja-exemplo"
