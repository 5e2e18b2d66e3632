"""The embedded models as a script of the test server, behind whatever wire and dialect."""

from __future__ import annotations

from dataclasses import replace

from nlevolve.offline.provider import MODELS, complete
from nlevolve.records import Usage
from tests.server.dialects.dialect import counted
from tests.server.said import Asked, Said, Script


async def embedded(asked: Asked) -> Said:
    """What the embedded model of the request's name says; a request for another model is answered by the plain one."""
    name = asked.model if asked.model.removeprefix("offline/") in {one.removeprefix("offline/") for one in MODELS} else MODELS[0]
    seed = asked.body.get("seed", (asked.body.get("options") or {}).get("seed", 0))
    said = await complete(name, list(asked.chat), seed, asked.schema)
    return Said(said.text, usage=Usage(prompt=said.prompt_tokens, completion=said.completion_tokens))


def thinking(script: Script, thought: str = "Let me look at the pairs one by one. ", most: int = 40) -> Script:
    """The script, with so much thinking before its answer where the request asks for it, and usage that counts it."""

    async def answer(asked: Asked) -> Said:
        said = await _said(script, asked)
        return counted(replace(said, reasoning=thought * most) if asked.thinks else said, asked)

    return answer


async def _said(script: Script, asked: Asked) -> Said:
    said = script(asked)
    return said if isinstance(said, Said) else await said
