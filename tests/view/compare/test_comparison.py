"""Runs side by side: shared tasks alone, paired tests, prices with and without the cache, and what makes them incomparable."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from nlevolve.errors import UsageError
from nlevolve.view.compare.comparison import Comparison, compare
from nlevolve.view.compare.page import page
from nlevolve.view.compare.sheets import labels
from nlevolve.view.compare.tables import show
from nlevolve.view.history import History
from nlevolve.view.run_folder import RunFolder
from nlevolve.view.statistics import wilson


def account(provider: int = 0, cache: int = 0, cost: float = 0.0, unknown: int = 0) -> dict[str, Any]:
    return {
        "calls": {"provider": provider, "cache": cache, "failed": 0},
        "tokens": {"prompt": 100 * provider, "prompt_cached": 0, "completion": 10 * provider, "reasoning": 0},
        "cost_usd": cost,
        "cost_unknown_calls": unknown,
        "reply_seconds": 2.0 * provider,
    }


def task(solved: bool | None, *, cost: float = 0.5, before: float = 0.0, exact: int = 1, unknown: int = 0) -> dict[str, Any]:
    """A task of two test inputs, the first always right."""
    known = solved is not None
    return {
        "solved": solved,
        "inputs_solved": [True, solved] if known else None,
        "inputs_covered": [True, True] if known else None,
        "inputs_cell_accuracy": [1.0, 1.0 if solved else 0.5] if known else None,
        "train": {"exact": exact, "pairs": 2, "cell_accuracy": 0.9, "copy_accuracy": 0.8},
        **account(provider=10, cache=2, cost=cost, unknown=unknown),
        "bought_before": account(provider=2 if before else 0, cost=before),
        "seconds": 30.0,
        "stopped": "exhausted",
        "candidates": 3,
    }


def run(name: str, tasks: dict[str, dict[str, Any]], *, finished: bool = True, **config: Any) -> RunFolder:
    found = {"run": name, "finished": finished, "models": {"generator": "g", "checker": "c"}, "tasks": tasks}
    return RunFolder(Path("runs") / name, {"run": name, "preset": "quick", **config}, History(), (), {}, found)


def some(won: str, **more: Any) -> dict[str, dict[str, Any]]:
    """Tasks a, b, c …: solved where the letter is upper case."""
    return {letter.lower(): task(letter.isupper(), **more) for letter in won}


def test_only_shared_tasks_count_and_the_others_are_named():
    found = compare([run("one", some("ABcd")), run("two", some("aBC"))])
    assert found.shared == 3
    assert [side.solved for side in found.runs] == [2, 2]
    assert found.runs[0].interval == wilson(2, 3)
    assert found.warnings == ["one: 1 of its 4 tasks are not in every run and are left out"]


def test_who_solved_what():
    found = compare([run("one", some("ABcdE")), run("two", some("aBCdE")), run("three", some("abcdE"))])
    assert found.alone == {"one": ["a"], "two": ["c"], "three": []}
    assert (found.by_all, found.by_none) == (["e"], ["d"])
    duel = found.duels[0]
    assert (duel.one, duel.other) == ("one", "two")
    assert (duel.both, duel.only_one, duel.only_other, duel.neither, duel.p) == (2, 1, 1, 1, 1.0)


def test_an_uneven_split_is_significant():
    found = compare([run("one", some("ABCDEFGH")), run("two", some("abcdefgh"))])
    assert found.duels[0].p == pytest.approx(2 / 2**8)


def test_scores_and_cells():
    side = compare([run("one", some("Ab")), run("two", some("ab"))]).runs[0]
    assert side.score_inputs == 0.75
    assert (side.test_inputs, side.test_inputs_solved, side.covered) == (4, 3, 2)
    assert (side.cells_train, side.cells_test, side.exact) == (0.9, 0.875, 0)
    assert side.gain == pytest.approx(0.1)


def test_the_full_price_counts_what_the_cache_gave():
    found = compare([run("first", some("AB")), run("again", some("AB", cost=0.0, before=0.5))])
    first, again = found.runs
    assert (first.cost_usd, again.cost_usd) == (1.0, 0.0)
    assert first.cost_full_usd == again.cost_full_usd == 1.0
    assert (again.each(again.cost_full_usd), again.each_solved(again.cost_full_usd)) == (0.5, 0.5)
    assert again.tokens["prompt"] == 2400
    assert again.cached_share == pytest.approx(4 / 24)
    (warning,) = found.warnings
    assert warning.startswith("replies that other runs had bought served again (4):")


def test_nothing_solved_has_no_price_per_solved_task():
    assert compare([run("one", some("ab")), run("two", some("AB"))]).runs[0].each_solved(1.0) is None


def test_without_solutions_exactness_on_training_is_compared():
    found = compare([run("one", {"a": task(None, exact=2), "b": task(None)}), run("two", some("ab"))])
    assert found.criterion == "exact on training"
    assert (found.runs[0].solved, found.runs[0].won, found.runs[1].won) == (None, 1, 0)
    assert found.warnings[0].startswith("solutions are not known")


def test_runs_that_do_not_compare_well_say_so():
    found = compare([run("one", some("A"), finished=False), run("two", some("A", unknown=3), tasks_digest="x")])
    told = "\n".join(found.warnings)
    assert "one is not finished" in told
    assert "two: 3 calls of unknown price" in told
    assert "what the tasks hold differs" in told


def test_settings_that_differ_are_named_once():
    models = {"generator": {"model": "A", "top_p": 1}, "reviser": {"model": "A"}, "checker": {"model": "C"}}
    others = {"generator": {"model": "B", "top_p": 1}, "reviser": {"model": "B"}, "checker": {"model": "C"}}
    one = run("one", some("A"), settings=models, prices={"A": {"prompt": 1}}, cache_dir="x")
    two = run("two", some("A"), settings=others, prices={"B": {"prompt": 2}}, cache_dir="y")
    assert compare([one, two]).settings == {"generator.model": {"one": "A", "two": "B"}}


def test_a_reviser_of_its_own_is_named():
    models = {"generator": {"model": "A"}, "reviser": {"model": "A"}}
    others = {"generator": {"model": "A"}, "reviser": {"model": "B"}}
    found = compare([run("one", some("A"), settings=models), run("two", some("A"), settings=others)])
    assert found.settings == {"reviser.model": {"one": "A", "two": "B"}}


def test_runs_without_a_common_task_cannot_be_compared():
    with pytest.raises(UsageError, match="no task in common"):
        compare([run("one", some("A")), run("two", some("B"))])
    both, third = run("both", some("AB")), run("three", some("C"))
    with pytest.raises(UsageError, match=r"^one and three have no task in common, so one, both, three cannot be compared"):
        compare([run("one", some("A")), both, third])
    ring = [run("ab", some("AB")), run("bc", some("BC")), run("ca", some("CA"))]
    with pytest.raises(UsageError, match=r"^ab, bc, ca: any two share tasks, but no task is in all of them"):
        compare(ring)


def test_a_run_is_not_compared_with_itself():
    with pytest.raises(UsageError, match="named twice"):
        compare([run("one", some("A")), run("one", some("A"))])


def shown(found: Comparison, width: int) -> str:
    out = io.StringIO()
    show(found, Console(file=out, width=width, color_system=None))
    return out.getvalue()


@pytest.mark.parametrize("width", [80, 120])
def test_tables_fit_the_terminal_and_keep_every_figure(width: int):
    text = shown(compare([run("first-run", some("AbC")), run("second-run", some("aBC", before=123.4))]), width)
    assert all(len(line) <= width for line in text.splitlines())
    assert "2 (66.7%)" in text
    assert "$123.90" in text
    assert "…" not in text


def test_long_names_are_called_by_letters():
    found = compare([run("a-sweep.generator.checker", some("AB")), run("a-sweep.generator.checker-weak", some("Ab"))])
    assert labels(found) == {"a-sweep.generator.checker": "A", "a-sweep.generator.checker-weak": "B"}
    text = shown(found, 80)
    assert "B  a-sweep.generator.checker-weak" in text
    assert "A – B" in text
    assert "<b>B</b> a-sweep.generator.checker-weak" in page(found)


def test_hostile_names_stay_text():
    hostile = "[red]x[/red]<script>alert(1)</script>\x1b[31m"
    found = compare([run(hostile, some("A"), **{hostile: 1}), run("two", some("A"))])
    assert "\x1b" not in shown(found, 200)
    assert "[red]x[/red]" in shown(found, 200)
    html = page(found)
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "script-src &#39;none&#39;" in html


def test_json_can_be_read_back():
    found = compare([run("one", some("Ab")), run("two", some("aB"))])
    assert Comparison.model_validate(json.loads(found.model_dump_json())) == found
