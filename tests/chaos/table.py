"""A report as people read it."""

from tests.chaos.run import Report

_NOT_HEARD = {0: "nobody there", 499: "no answer within two seconds"}


def lines(report: Report) -> list[str]:
    """The table, and what was found wrong."""
    verdict, story = report.verdict, report.story
    killed = ", ".join(f"{name} {count}" for name, count in report.deaths.items() if count)
    shown = [
        ("customer messages", len(report.ledger.wrote)),
        ("answered by the bot", verdict.answered),
        *((f"  {why}", count) for why, count in verdict.with_person.most_common()),
        ("messages that reached customers", len(story.reached)),
        ("  of which our process never heard", sum(not message.heard for message in story.reached)),
        ("take-overs / releases", f"{len(report.ledger.took)} / {len(report.ledger.released)}"),
        ("hooks sent / not acknowledged", f"{story.attempts} / {story.refused.total()}"),
        *((f"  {_NOT_HEARD.get(status, status)}", count) for status, count in story.refused.items()),
        ("  given up by Kommo, switched on again", report.mended),
        ("calls / with a fault", f"{story.calls} / {story.faults}"),
        *((f"  {what}", count) for what, count in sorted(report.struck.items())),
        ("killed", killed or "nobody"),
        ("seconds", f"{report.took:.0f}"),
        ("LOST", len(verdict.lost)),
        ("DOUBLED", len(verdict.doubled)),
        ("OUT OF ORDER", len(verdict.misplaced)),
        ("SENT AFTER A TAKE-OVER", len(verdict.over_a_person)),
        ("  within the second it may take", verdict.within_tolerance),
        ("WENT QUIET", "yes" if report.went_quiet else "NO"),
    ]
    wrong = [*verdict.lost, *verdict.doubled, *verdict.misplaced, *verdict.over_a_person]
    return [*(f"  {name:<38} {value}" for name, value in shown), *(f"  ! {what}" for what in wrong[:40])]
