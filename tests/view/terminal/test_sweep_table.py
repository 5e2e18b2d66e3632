"""What runs are about to do, on a narrow terminal."""

from __future__ import annotations

import io

from nlevolve.run.forecast import Forecasts
from nlevolve.view.door import console
from nlevolve.view.terminal.sweep_table import announcement

LONG = "openai/a-model-of-mine-with-a-name-that-is-long-2507"


def test_a_role_that_is_as_another_in_every_run_takes_no_room_from_the_names() -> None:
    runs = [{**dict.fromkeys(("generator", "reviser", "recombiner"), model), "checker": "c"} for model in (LONG, "b")]
    stream = io.StringIO()
    console(file=stream, width=80).print(announcement(runs, [Forecasts(), Forecasts()], 3))
    told = stream.getvalue()
    assert LONG in told.splitlines()[2]
    assert "reviser as generator, recombiner as generator, checker c" in " ".join(told.split())
