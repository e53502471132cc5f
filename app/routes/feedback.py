"""Thumbs and scores by API: what a salesperson, or a workflow, makes of an answer or of a conversation."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, model_validator

from app.domain.feedback import Rating, Thumb, rating_of
from app.routes.bounds import BoundedRoute
from app.routes.deps import Node, Services
from app.routes.examples import shows
from app.routes.fields import Ref, Strict

router = APIRouter(tags=["control"], route_class=BoundedRoute)
FEEDBACK: dict[str, Any] = {"id": 1, "conversation_id": 1, "turn": 1, "thumbs": "up", "score": None}


class FeedbackBody(Strict):
    """About one turn or one conversation: a thumb or a score."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"turn_id": "1:1", "thumbs": "up"}, {"conversation_id": "1", "score": 4}],
        }
    )

    conversation_id: Ref | None = Field(default=None, validation_alias=AliasChoices("conversation_id", "conversa_id"))
    turn_id: Annotated[str, Field(max_length=40)] | None = Field(
        default=None, description="As it came with the turn, such as 12:3."
    )
    thumbs: Literal["up", "down"] | None = Field(
        default=None, description="Down: a known answer that this turn gave, or taught, is not given again."
    )
    score: int | None = Field(
        default=None, ge=1, le=5, strict=True, validation_alias=AliasChoices("score", "nota"), description="5 is best."
    )

    @model_validator(mode="after")
    def _one_of_each(self) -> "FeedbackBody":
        if (self.conversation_id is None) is (self.turn_id is None):
            raise ValueError("give exactly one of conversation_id, turn_id")
        if (self.thumbs is None) is (self.score is None):
            raise ValueError("give exactly one of thumbs, score")
        return self


class FeedbackAnswer(BaseModel):
    """What was kept. A score from 4 is a thumb up, one to 2 is one down."""

    id: int
    conversation_id: int
    turn: int | None
    thumbs: Literal["up", "down"] | None
    score: int | None


@router.post(
    "/feedback",
    summary="A thumb or a score",
    responses=shows(FEEDBACK, 401, 403, 404, 409, 413, 422, 503),
)
async def give_feedback(body: FeedbackBody, services: Services, who: Node) -> FeedbackAnswer:
    """A second one of the same key about the same takes the place of the first. See `vw_satisfacao` in the reports."""
    rating = rating_of(body.score) if body.score is not None else Rating(Thumb(body.thumbs or Thumb.UP))
    given = await services.feedback.give(
        who.account_id, rating, conversation=body.conversation_id, turn=body.turn_id, who=who.who
    )
    thumb = rating.thumb.value if rating.thumb else None
    return FeedbackAnswer(
        id=given.id, conversation_id=given.conversation_id, turn=given.turn, thumbs=thumb, score=rating.score
    )
