"""People's descriptions of ARC tasks as LARC tells them, a JSON object a line.

S. Acquaviva and others, Communicating Natural Programs to Humans and Machines (2021).
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

LEADS = ("In the input, you should see", "The output grid size", "To make the output, you have to")
"""How LARC asked its writers to begin each part."""


class Told(BaseModel):
    """One description: how the input looks, the output's size, what to do; how many tried to build it, and could."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    task: str
    see: str = ""
    grid: str = ""
    do: str = Field(min_length=1)
    builds: int = Field(0, ge=0)
    builds_succeeded: int = Field(0, ge=0)

    @property
    def share(self) -> float:
        """Of the people who tried, 0..1."""
        return self.builds_succeeded / max(1, self.builds)

    @property
    def bullets(self) -> tuple[str, ...]:
        parts = zip(LEADS, (self.see, self.grid, self.do), strict=True)
        return tuple(f"{lead} {part.strip(' .')}." for lead, part in parts if part.strip(" ."))
