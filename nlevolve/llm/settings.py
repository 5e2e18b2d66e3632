"""How a role is called: its model and what can be set for it (`--set ROLE.NAME=VALUE`)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from nlevolve.puzzle.notations import Grids
from nlevolve.records import Eye


def _mix(model: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in model.split(","))


def _all_named(model: str) -> str:
    if not all(_mix(model)):
        raise ValueError("a model's name is empty")
    if len(_mix(model)) > MOST_IN_MIX:
        raise ValueError(f"a mix has {MOST_IN_MIX} models at most")
    return model


def _http(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise ValueError("an address begins with http:// or https://")
    return url


MOST_IN_MIX = 50
OURS = {
    *("model", "messages", "contents", "stream", "response_format", "format", "seed", "n", "tools"),
    *("timeout", "api_key", "base_url", "api_base"),
}
"""Fields of a request that are not for a setting to change."""


def _not_ours(body: dict[str, Any]) -> dict[str, Any]:
    if taken := sorted(body.keys() & OURS):
        raise ValueError(f"{taken[0]} is set by nlevolve itself")
    return body


def _eye(images: Any) -> Any:
    """It was a yes or no before there was a choice."""
    return {False: "none", True: "all"}.get(images, images) if isinstance(images, bool) else images


class RoleSettings(BaseModel):
    """One role's model and how it is called (`--set ROLE.NAME=VALUE`)."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    model: Annotated[str, AfterValidator(_all_named)]
    """litellm model string; of a mix ("A,B,C") one request names one."""
    temperature: float | None = Field(None, ge=0)
    top_p: float | None = Field(None, gt=0, le=1)
    max_tokens: int | None = Field(None, ge=1)
    reasoning_effort: str | None = None
    thinking_budget: int | None = Field(None, ge=0)
    """Tokens a thinking model may think."""
    thinking: Literal["auto", "off", "low", "medium", "high", "max"] = "auto"
    """How much it thinks, in the words of whichever provider; auto: it thinks where it can (see llm/thinking.py)."""
    extra_body: Annotated[dict[str, Any], AfterValidator(_not_ours)] = {}
    """Fields that the server knows and we do not (top_k, min_p, num_ctx, chat_template_kwargs, ...): sent as they are."""
    form: Literal["auto", "schema", "object", "text"] = "auto"
    """How replies are asked for: by a JSON schema or as a JSON object, with room to work before the answer, or as text with the
    answer last; auto: by what the model can do."""
    base_url: Annotated[str, AfterValidator(_http)] | None = None
    extra_headers: dict[str, str] = {}
    """Header -> value; `env:NAME` takes the value from the environment when the call is made."""
    shown: Literal["others", "none"] = "others"
    """Which examples the checker and the answerer see beside the description: the other training pairs, or none at all."""
    grids: Grids = "digits"
    """How grids are written for it: digits, letters or names of colours apart, digits with commas, as JSON, or behind the
    numbers of their rows."""
    facts: bool = False
    """Tell it, beside the grids, what a program sees in them: sizes, colours, objects, symmetries, what changes."""
    images: Annotated[Eye, BeforeValidator(_eye)] = "none"
    """Which grids go as pictures, beside their text: none, the inputs, or all that are shown, one picture a pair."""
    image_numbers: bool = True
    """Whether pictures have numbers of rows and columns."""
    sees: bool | None = None
    """Whether its model takes pictures, where the table of models does not know that; None: as it says."""
    lead: bool = False
    """Send the first call of each shared prefix ahead of the rest, so that they find it in the provider's prompt cache."""
    timeout: float = Field(1800.0, gt=0)
    """Seconds for one try."""
    stream: bool = True
    """Hear the reply as it comes, so that one that repeats itself is stopped and one that stalls is given up."""
    idle_timeout: float = Field(120.0, gt=0)
    """Seconds of silence in the middle of a reply."""
    largest_reply: int | None = Field(None, ge=1_000)
    """Bytes of one reply; 2,000,000 if not set. What is larger is given up, and nothing of it is kept."""
    retries: int = Field(6, ge=0)
    requests_per_minute: float | None = Field(None, ge=0.001)
    tokens_per_minute: float | None = Field(None, ge=1)
    price_in: float | None = Field(None, ge=0)
    """USD per million prompt tokens; so are the next two for completion and cached prompt tokens."""
    price_out: float | None = Field(None, ge=0)
    price_cached: float | None = Field(None, ge=0)

    @property
    def mix(self) -> tuple[str, ...]:
        """The models that take turns in the role; one for most."""
        return _mix(self.model)

    @property
    def each(self) -> tuple[RoleSettings, ...]:
        """These settings for each model of the mix."""
        return tuple(self.model_copy(update={"model": name}) for name in self.mix)

    @property
    def varies(self) -> bool:
        """Whether equal requests may get different replies: a temperature above 0 (the usual default), or a thinking model."""
        thinks = self.reasoning_effort is not None or self.thinking_budget is not None or self.thinking not in ("auto", "off")
        return thinks or self.temperature != 0


class CoderSettings(RoleSettings):
    """How the coder is called, and within what limits its programs run (`--set coder.NAME=VALUE`)."""

    shown: Literal["inputs", "others", "none"] = "inputs"  # type: ignore[assignment]  # the coder is shown in other ways
    """What the coder sees of the task beside the description: the training inputs, the training pairs with their outputs, or
    nothing. The words are to be coded, not the examples."""
    seconds: float = Field(2.0, gt=0, le=60)
    """How long a program may run on one grid."""
    memory: int = Field(64, ge=4, le=1024)
    """MiB that a program may take on one grid."""
