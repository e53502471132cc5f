"""`ponte contacts`: what is known of a person, erasing one, and telling a genuine receipt of it from another."""

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import orjson
import typer

from app import environment
from app.administration import Account, Language, in_house, read_text, settings_for_a_person
from app.domain.errors import NeedsHuman
from app.domain.ids import AccountId

if TYPE_CHECKING:
    from app.wiring import House

contacts = typer.Typer(help="People who write to an account.", no_args_is_help=True, rich_markup_mode=None)


@contacts.command("erase")
def erase_contact(
    phone: Annotated[str, typer.Argument(help="The person's phone, with + and its country.")],
    account: Account,
    confirm: Annotated[str, typer.Option(help="The same phone again, so that nobody does this by accident.")] = "",
) -> None:
    """Erase every trace of a person, for good, and never write to that phone again. Prints the signed receipt."""

    async def work(house: "House") -> None:
        number = AccountId(account)
        erasing = house.doors.erasing
        meant = await erasing.understand(number, phone)
        if confirm.strip() not in (phone.strip(), meant.e164):
            raise NeedsHuman(
                "This erases everything about this person, for good.",
                hint=f"If you mean it, add --confirm {meant.e164}",
            )
        receipt = await erasing.erase(number, meant, who="ponte contacts erase")
        typer.echo(orjson.dumps(asdict(receipt), option=orjson.OPT_INDENT_2).decode())

    in_house(work)


class Fact(StrEnum):
    """What may be taken away."""

    NAME = "name"
    PLACE = "place"
    LANGUAGE = "language"


@contacts.command("profile")
def show_profile(
    contact: Annotated[str, typer.Argument(help="The contact's id in the CRM, or a phone with + and its country.")],
    account: Account,
    name: Annotated[str | None, typer.Option(help="Put the name right.")] = None,
    place: Annotated[str | None, typer.Option(help="Put the place right.")] = None,
    language: Annotated[Language | None, typer.Option(help="Put the language right.")] = None,
    forget: Annotated[
        list[Fact] | None, typer.Option(help="Take a fact away; it may be learnt anew. May be given again.")
    ] = None,
) -> None:
    """What is known of a person, as JSON: each fact with where it is from. With an option it is put right first."""
    named = {"name": name, "place": place, "language": language.value if language else None}
    given = {key: value for key, value in named.items() if value is not None} | dict.fromkeys(forget or ())

    async def work(house: "House") -> None:
        from app.services.profiles.knowing import Whom, shown  # noqa: PLC0415 - the other commands start faster

        whom = Whom(phone=contact) if contact.startswith("+") else Whom(contact_id=contact)
        knowing, number = house.doors.profiles, AccountId(account)
        if given:
            person = await knowing.correct(number, whom, given, who="ponte contacts profile")
        else:
            person = await knowing.show(number, whom)
        typer.echo(orjson.dumps(shown(person), option=orjson.OPT_INDENT_2).decode())

    in_house(work)


@contacts.command("verify")
def verify_receipt(
    file: Annotated[Path, typer.Argument(help="The receipt, as `ponte contacts erase` printed it; - reads it in.")],
) -> None:
    """Say whether this installation has signed exactly this receipt. Needs its PONTE_SECRET_KEYS, and no database."""
    from app.services.erasure.receipt import receipt_of, signed_text  # noqa: PLC0415 - the other commands start faster
    from app.store.signing import Signer  # noqa: PLC0415

    signer = Signer(environment.secret_keys(settings_for_a_person()))
    receipt = receipt_of(read_text(file, holds="the receipt"))
    if not signer.is_good(signed_text(receipt), receipt.signature):
        raise NeedsHuman(
            "This receipt is not genuine: it was changed, or another installation signed it.",
            hint="If PONTE_SECRET_KEYS was changed since, put the key of that time back behind the new one.",
        )
    when = f"{receipt.erased_at:%Y-%m-%d %H:%M} UTC"
    typer.echo(f"Genuine: erasure {receipt.number} of account {receipt.account_id}, done {when}.")
