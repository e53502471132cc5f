"""Notes on leads and contacts: write one or many, list them, read one."""

from typing import Any, Literal

from app.sandbox.api_v4.paging import page_of
from app.sandbox.crm import add_note, integration_source
from app.sandbox.entities import Note
from app.sandbox.errors import invalid, not_a_choice, refuse
from app.sandbox.exchange import Answer, Call, Handler, hal, nothing
from app.sandbox.validation import Strict, read_list, request_id_of, span, texts
from app.sandbox.world import World

NoteType = Literal[
    "common",
    "call_in",
    "call_out",
    "service_message",
    "extended_service_message",
    "message_cashier",
    "geolocation",
    "sms_in",
    "sms_out",
    "attachment",
]
PARAMS: dict[str, frozenset[str]] = {
    "common": frozenset({"text"}),
    "call_in": frozenset({"uniq", "duration", "source", "phone"}),
    "call_out": frozenset({"uniq", "duration", "source", "phone"}),
    "service_message": frozenset({"service", "text"}),
    "extended_service_message": frozenset({"service", "text"}),
    "message_cashier": frozenset({"status", "text"}),
    "geolocation": frozenset({"text", "address", "longitude", "latitude"}),
    "sms_in": frozenset({"text", "phone"}),
    "sms_out": frozenset({"text", "phone"}),
    "attachment": frozenset({"version_uuid", "file_uuid", "file_name"}),
}
OPTIONAL_PARAMS = frozenset({"link", "call_result", "call_responsible"})


class NewNote(Strict):
    note_type: NoteType
    params: dict[str, Any]
    entity_id: int | None = None
    created_by: int | None = None
    responsible_user_id: int | None = None
    is_need_to_trigger_digital_pipeline: bool = True
    request_id: str | int | None = None


def add_to_one(entity: str) -> Handler:
    def handle(world: World, call: Call) -> Answer:
        entity_id = call.numbers[0]
        if entity_id not in cards(call, entity):
            raise refuse(404, "The entity was not found.")
        return write(world, call, entity=entity, entity_id=entity_id)

    return handle


def add_to_many(entity: str) -> Handler:
    def handle(world: World, call: Call) -> Answer:
        return write(world, call, entity=entity, entity_id=None)

    return handle


def cards(call: Call, entity: str) -> dict[int, Any]:
    return dict(call.account.leads) if entity == "leads" else dict(call.account.contacts)


def write(world: World, call: Call, *, entity: str, entity_id: int | None) -> Answer:
    """All notes are checked before the first is written."""
    asked = read_list(NewNote, call)
    wanted = [(note, target(call, note, n, entity=entity, entity_id=entity_id)) for n, note in enumerate(asked)]
    written: list[dict[str, Any]] = []
    for n, (note, holder) in enumerate(wanted):
        made = add_note(
            world,
            call.account,
            entity=entity,
            entity_id=holder,
            note_type=note.note_type,
            params=note.params,
            created_by=call.account.current_user_id if note.created_by is None else note.created_by,
            source=integration_source(call.account),
        )
        links = call.href(f"{entity}/{holder}/notes/{made.id}")
        request_id = request_id_of({"request_id": note.request_id}, n)
        written.append({"id": made.id, "entity_id": holder, "request_id": request_id, "_links": links})
    return hal({"_links": call.href(f"{entity}/notes"), "_embedded": {"notes": written}})


def target(call: Call, note: NewNote, position: int, *, entity: str, entity_id: int | None) -> int:
    """The card the note is for, once everything about the note has been checked."""
    request_id = request_id_of({"request_id": note.request_id}, position)
    holder = note.entity_id if entity_id is None else entity_id
    if holder is None:
        raise invalid("FieldMissing", "entity_id", "This field is missing.", request_id=request_id)
    if (entity_id is not None and note.entity_id not in (None, entity_id)) or holder not in cards(call, entity):
        raise not_a_choice("entity_id", request_id=request_id)
    if note.created_by not in (None, 0, *call.account.users):
        raise not_a_choice("created_by", request_id=request_id)
    check_params(note, request_id=request_id)
    return holder


def check_params(note: NewNote, *, request_id: str) -> None:
    required = PARAMS[note.note_type]
    for name in sorted(required - note.params.keys()):
        raise invalid("FieldMissing", f"params.{name}", "This field is missing.", request_id=request_id)
    for name in sorted(note.params.keys() - required - OPTIONAL_PARAMS):
        raise invalid("UnexpectedField", f"params.{name}", "This field was not expected.", request_id=request_id)
    text = note.params.get("text", "-")
    if not isinstance(text, str):
        raise invalid("InvalidType", "params.text", "This value should be of type string.", request_id=request_id)
    if not text.strip():
        raise invalid("NotBlank", "params.text", "This value should not be blank.", request_id=request_id)


def list_of_one(entity: str) -> Handler:
    def handle(world: World, call: Call) -> Answer:
        del world
        return listed(call, call.account.notes_by_entity.get((entity, call.numbers[0]), []))

    return handle


def list_of_all(entity: str) -> Handler:
    def handle(world: World, call: Call) -> Answer:
        del world
        return listed(call, [note for note in call.account.notes.values() if note.entity == entity])

    return handle


def listed(call: Call, notes: list[Note]) -> Answer:
    """Oldest first, unless the caller wants it the other way round."""
    types, recent = texts(call, "filter[note_type]"), span(call, "filter[updated_at]")
    found = [note for note in notes if (not types or note.note_type in types) and recent(note.updated_at)]
    if dict(call.query()).get("order[updated_at]", dict(call.query()).get("order[id]")) == "desc":
        found.reverse()
    return page_of(call, found, name="notes", show=lambda note: note_view(call, note))


def get_one(entity: str) -> Handler:
    def handle(world: World, call: Call) -> Answer:
        del world
        note = call.account.notes.get(call.numbers[-1])
        if note is None or note.entity != entity:
            return nothing()
        return hal(note_view(call, note))

    return handle


def note_view(call: Call, note: Note) -> dict[str, Any]:
    return {
        "id": note.id,
        "entity_id": note.entity_id,
        "created_by": note.created_by,
        "updated_by": note.created_by,
        "created_at": note.created_at,
        "updated_at": note.updated_at,
        "responsible_user_id": note.responsible_user_id,
        "group_id": 0,
        "note_type": note.note_type,
        "params": note.params,
        "account_id": call.account.id,
        "_links": call.href(f"{note.entity}/{note.entity_id}/notes/{note.id}"),
    }
