"""What a push would change in an n8n. Pure: from what is there and what should be there to a list of steps."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

from app.domain.errors import Conflict
from app.n8n.workflows.canvas import TAG, Credential, Json, Place, Target, Workflow
from app.n8n.workflows.comparison import differences, is_touched, seal, stamp_of
from app.n8n.workflows.rendering import render
from app.services.workflows.binding import is_bound


class Change(StrEnum):
    """What becomes of one thing."""

    CREATE = "create"
    UPDATE = "update"
    PUBLISH = "publish"
    TAG = "tag"  # all is well but the tag by which it is known for ours
    KEEP = "keep"
    EDITED = "edited"  # a person changed it in n8n: left alone unless told otherwise
    BIND = "bind"  # the same, and it points at credentials that are not there, or tells what others held
    ABSENT = "absent"  # a credential that nobody gave


@dataclass(frozen=True, slots=True)
class Secret:
    """What a credential shall hold."""

    credential: Credential
    data: Mapping[str, str] = field(repr=False)

    @property
    def seal(self) -> str:
        return seal(self.credential.kind, "\n".join(f"{name}={self.data[name]}" for name in sorted(self.data)))


@dataclass(frozen=True, slots=True)
class There:
    """What an n8n has: workflows with their nodes, credentials by id, name and type; whether we may use its tags."""

    workflows: Sequence[Json]
    credentials: Sequence[Json]
    may_tag: bool = False


@dataclass(frozen=True, slots=True)
class CredentialStep:
    """What becomes of a credential."""

    credential: Credential
    change: Change
    number: str = ""  # its id in n8n, once it has one


@dataclass(frozen=True, slots=True)
class WorkflowStep:
    """What becomes of a workflow. `why` says what is different."""

    workflow: Workflow
    change: Change
    number: str = ""
    why: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()  # credentials without which it cannot be published
    untagged: bool = False  # and we may tag it
    tags: tuple[str, ...] = ()  # the ids of those that it has


@dataclass(frozen=True, slots=True)
class Plan:
    """All steps, in the order in which they must be taken."""

    credentials: tuple[CredentialStep, ...]
    workflows: tuple[WorkflowStep, ...]
    seals: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to do."""
        still = {Change.KEEP, Change.EDITED, Change.ABSENT}
        return all(step.change in still for step in (*self.credentials, *self.workflows))

    @property
    def scopes(self) -> frozenset[str]:
        """What the key must be allowed to do for it."""
        return frozenset(_scopes(self))


_CREDENTIAL_SCOPES = {Change.CREATE: "credential:create", Change.UPDATE: "credential:update"}
_WORKFLOW_SCOPES = {
    Change.CREATE: ("workflow:create", "workflow:activate"),
    Change.UPDATE: ("workflow:update", "workflow:activate"),
    Change.PUBLISH: ("workflow:activate",),
    Change.BIND: ("workflow:update",),
}
TAG_SCOPES: Final = frozenset({"tag:create", "tag:list", "workflowTags:update"})
# Where an id will be that n8n has yet to give: different from every id, so that what points at it is written.
_NOT_YET: Final = "not yet"


def _scopes(plan: Plan) -> Iterator[str]:
    yield from ("workflow:list", "workflow:read", "credential:list")
    for step in plan.credentials:
        if step.change in _CREDENTIAL_SCOPES:
            yield _CREDENTIAL_SCOPES[step.change]
    for one in plan.workflows:
        yield from _WORKFLOW_SCOPES.get(one.change, ())


def plan(there: There, workflows: Sequence[Workflow], secrets: Sequence[Secret], *, overwrite: bool) -> Plan:
    """What to do so that `there` has these workflows, and credentials with these secrets.

    Raises:
        Conflict: two things there have the name of one of ours.
    """
    given = {one.credential.key: one for one in secrets}
    seals = _seals_there(there, workflows)
    wanted = dict.fromkeys(one for workflow in workflows for one in workflow.credentials)
    steps = tuple(_credential_step(there, one, given.get(one.key), seals) for one in wanted)
    numbers = {step.credential.key: step.number or _NOT_YET for step in steps if step.change is not Change.ABSENT}
    lacking = {step.credential.key for step in steps if step.change is Change.ABSENT}
    sealed = {**seals, **{one.credential.key: one.seal for one in secrets}}
    place = Place(_error_flow(there, workflows), numbers, sealed)
    made = tuple(_workflow_step(there, one, place, lacking, overwrite=overwrite) for one in workflows)
    return Plan(steps, made, sealed)


def _seals_there(there: There, workflows: Sequence[Workflow]) -> dict[str, str]:
    keeper = next((one for one in workflows if one.is_error_flow), None)
    live = found(there.workflows, keeper) if keeper else None
    return stamp_of(live)[1] if live else {}


def _error_flow(there: There, workflows: Sequence[Workflow]) -> str:
    keeper = next((one for one in workflows if one.is_error_flow), None)
    live = found(there.workflows, keeper) if keeper else None
    return str(live["id"]) if live else _NOT_YET


def _credential_step(
    there: There, credential: Credential, secret: Secret | None, seals: Mapping[str, str]
) -> CredentialStep:
    same = [one for one in there.credentials if (one["type"], one["name"]) == (credential.kind, credential.name)]
    if len(same) > 1:
        raise Conflict(f"n8n has {len(same)} credentials named {credential.name!r}.", hint="Keep one, delete the rest.")
    if not same:
        return CredentialStep(credential, Change.CREATE if secret else Change.ABSENT)
    number = str(same[0]["id"])
    is_current = secret is None or seals.get(credential.key) == secret.seal
    return CredentialStep(credential, Change.KEEP if is_current else Change.UPDATE, number)


def found(live: Sequence[Json], workflow: Workflow) -> Json | None:
    """Ours among those that are there: by its exact name, and where several have it by our tag.

    Raises:
        Conflict: it cannot be told which one is ours.
    """
    same = [one for one in live if one["name"] == workflow.name]
    if len(same) > 1:
        same = [one for one in same if is_tagged(one)] or same
    if len(same) > 1:
        hint = f"Archive all but one, or give the tag {TAG} to the right one alone."
        raise Conflict(f"n8n has {len(same)} workflows named {workflow.name!r}.", hint=hint)
    return same[0] if same else None


def is_tagged(live: Mapping[str, Any]) -> bool:
    """Whether it has our tag."""
    tags: list[Json] = live.get("tags") or []
    return any(tag.get("name") == TAG for tag in tags)


def _workflow_step(
    there: There, workflow: Workflow, place: Place, lacking: set[str], *, overwrite: bool
) -> WorkflowStep:
    lacks = tuple(one.name for one in workflow.credentials if one.key in lacking)
    live = found(there.workflows, workflow)
    if live is None:
        return WorkflowStep(workflow, Change.CREATE, lacks=lacks, untagged=there.may_tag)
    ours = render(workflow, Target.API, place)
    number, why = str(live["id"]), tuple(differences(live, ours))
    if is_touched(live) and why and not overwrite:
        return WorkflowStep(workflow, Change.EDITED if is_bound(live, ours) else Change.BIND, number, why)
    listed: list[Json] = live.get("tags") or []
    tags = tuple(str(tag["id"]) for tag in listed if "id" in tag)
    step = WorkflowStep(workflow, Change.KEEP, number, why, lacks, there.may_tag and not is_tagged(live), tags)
    if not is_as(live, ours):
        return replace(step, change=Change.UPDATE, why=why or ("credentials or ids",))
    if not live.get("active") and not lacks:
        return replace(step, change=Change.PUBLISH)
    return replace(step, change=Change.TAG) if step.untagged else step


def is_as(live: Mapping[str, Any], ours: Mapping[str, Any]) -> bool:
    """Whether it does what ours does, and points where ours points."""
    return not differences(live, ours) and _points_alike(live, ours)


def _points_alike(live: Mapping[str, Any], ours: Mapping[str, Any]) -> bool:
    """Whether it points at the credentials and the error workflow of this n8n, and says so of itself."""
    return _pointers(live) == _pointers(ours) and stamp_of(live) == stamp_of(ours)


def _pointers(body: Mapping[str, Any]) -> tuple[object, object]:
    nodes: list[Json] = body.get("nodes") or []
    ids: dict[str, list[object]] = {}
    for node in nodes:
        credentials: dict[str, Json] = node.get("credentials") or {}
        ids[str(node["name"])] = [ref.get("id") for ref in credentials.values()]
    settings: Json = body.get("settings") or {}
    return ids, settings.get("errorWorkflow")


def with_positions_of(body: Json, live: Mapping[str, Any]) -> Json:
    """Nodes stay where a person has put them."""
    nodes: list[Json] = live.get("nodes") or []
    places = {node["name"]: node["position"] for node in nodes}
    return {
        **body,
        "nodes": [{**node, "position": places.get(node["name"], node["position"])} for node in body["nodes"]],
    }
