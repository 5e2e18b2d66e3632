"""The embedded models as a script of the test server."""

from __future__ import annotations

from nlevolve.offline.provider import complete
from nlevolve.records import Usage
from tests.server.http import Asked, Said


async def embedded(asked: Asked) -> Said:
    """What the embedded model of the request's name says."""
    schema = (asked.body.get("response_format") or {}).get("json_schema", {}).get("schema")
    said = await complete(asked.model, asked.body["messages"], asked.body.get("seed", 0), schema)
    return Said(said.text, usage=Usage(prompt=said.prompt_tokens, completion=said.completion_tokens))
