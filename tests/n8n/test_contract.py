"""The contract: what a workflow is told, and the JSON Schema that is published of it."""

from dataclasses import replace
from datetime import timedelta
from importlib.resources import files

from app.domain.brain import Line, Occasion, ReplyRequest, SellerName
from app.domain.ids import AccountId, ConversationId
from app.domain.messages import Author, Media, MessageKind
from app.n8n.contract import MOST_LETTERS, MOST_LINES, body_of
from app.n8n.schema import contract_schema, rendered
from tests.builders import NOON

REQUEST = ReplyRequest(
    *(AccountId(1), ConversationId(17), 3, 2),
    burst=(Line(Author.CUSTOMER, "Oi", NOON), Line(Author.CUSTOMER, "Quanto custa?", NOON)),
    history=(),
    locale="pt-BR",
    timezone="America/Sao_Paulo",
    now=NOON,
    deadline=NOON + timedelta(seconds=9),
    contact_id="501",
    lead_id="901",
    seller=SellerName("7", "Ana"),
    hours={"mon": "09:00-18:00"},
    token="pt1.x",
)
PICTURE = Media(MessageKind.PICTURE, "https://vendor.example/p.jpg", "p.jpg")


def test_a_workflow_is_told_all_that_the_contract_promises():
    body = body_of(REQUEST, "https://ponte.example/")
    assert (body.turn_id, body.epoch, body.text, body.seconds_left) == ("17:3", 2, "Oi\nQuanto custa?", 9)
    assert (body.callback.url, body.callback.token) == ("https://ponte.example/send-response", "pt1.x")
    assert body.mcp_url == "https://ponte.example/mcp/pt1.x"
    assert body.seller is not None
    assert (body.contact.id, body.lead.id, body.seller.name) == ("501", "901", "Ana")
    assert body.facts.now.isoformat() == "2026-10-05T09:00:00-03:00"


def test_an_attachment_is_ours_to_fetch_where_we_have_kept_it():
    kept = Line(Author.CUSTOMER, "", NOON, MessageKind.PICTURE, PICTURE, 57)
    items = body_of(replace(REQUEST, burst=(kept, replace(kept, media_id=None))), "https://ponte.example").burst
    assert [(item.media.url, item.media.stored) for item in items if item.media] == [
        ("https://ponte.example/media/57", True),
        ("https://vendor.example/p.jpg", False),
    ]


def test_what_came_besides_words_is_named_and_a_voice_says_what_was_heard():
    voice = Media(MessageKind.VOICE, "https://vendor.example/v.ogg", "v.ogg")
    paper = Media(MessageKind.FILE, "https://vendor.example/c.pdf", "contrato.pdf")
    heard = Line(Author.CUSTOMER, "Quanto custa?", NOON, MessageKind.VOICE, voice, 57, 23, "Quanto custa?")
    unheard = replace(heard, text="", transcript="")
    lines = (heard, unheard, Line(Author.CUSTOMER, "", NOON, MessageKind.FILE, paper))
    body = body_of(replace(REQUEST, burst=lines), "https://ponte.example")
    assert body.text == "Quanto custa?"
    assert [(one.media.label, one.media.seconds, one.media.transcript) for one in body.burst if one.media] == [
        ("áudio, 23 s", 23, "Quanto custa?"),
        ("áudio, 23 s", 23, ""),
        ("documento: contrato.pdf", None, ""),
    ]


def test_history_is_trimmed_to_its_newest_lines_and_their_beginnings():
    long = tuple(Line(Author.CUSTOMER, f"{number} {'x' * 2000}", NOON) for number in range(40))
    told = body_of(replace(REQUEST, history=long), "https://ponte.example").history
    assert (len(told), told[-1].text[:3]) == (MOST_LINES, "39 ")
    assert all(len(item.text) == MOST_LETTERS + 1 for item in told)


def test_a_first_message_has_an_occasion_and_an_empty_burst():
    asked = replace(REQUEST, burst=(), occasion=Occasion("formulario", {"produto": "limpeza"}))
    body = body_of(asked, "https://ponte.example")
    assert body.occasion is not None
    assert (body.burst, body.occasion.data) == ([], {"produto": "limpeza"})


def test_the_published_schema_in_the_repository_is_up_to_date():
    """Written by `python -m app.n8n.schema`."""
    assert files("app.n8n").joinpath("contract.json").read_bytes() == rendered()


def test_the_schema_names_both_halves_of_the_contract():
    schema = contract_schema()
    assert {"turn_id", "burst", "facts", "deadline", "callback", "mcp_url"} <= set(schema["request"]["required"])
    assert set(schema["answer"]["properties"]) == {"action", "reply", "tags", "note", "receipt", "reason", "usage"}
