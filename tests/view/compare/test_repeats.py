"""Repeats as one group, groups against each other: what is called a difference, what noise, what would settle it."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from random import Random
from typing import Any

import pytest

from nlevolve.view.compare import repeats
from nlevolve.view.compare.comparison import Comparison, compare
from nlevolve.view.compare.page import page
from nlevolve.view.compare.rows import rows
from nlevolve.view.compare.sheets import labels
from nlevolve.view.compare.verdicts import group_labels
from nlevolve.view.history import History
from nlevolve.view.run_folder import RunFolder
from nlevolve.view.sheet import as_csv
from nlevolve.view.statistics import mcnemar
from tests.view.compare.test_comparison import run, shown, some


def repeat(name: str, number: int, won: str, **settings: Any) -> RunFolder:
    return run(f"{name}.s{number}", some(won), settings={"seed": number, "repeat": number, **settings})


BASE = [repeat("base", n, won) for n, won in enumerate(("ABCdefgh", "AbCdefgh", "ABcDefgh"))]
MINE = [repeat("mine", n, won, form="text") for n, won in enumerate(("ABCDEFgh", "ABCDEfGh"))]


def test_runs_that_differ_in_their_seed_alone_are_one_group() -> None:
    found = compare([*BASE, *MINE])
    base, mine = found.groups
    assert (base.name, base.runs, base.seeds) == ("base", ["base.s0", "base.s1", "base.s2"], [0, 1, 2])
    assert base.mean == pytest.approx(8 / 24)
    assert base.spread == pytest.approx(((1 / 24) ** 2 * 2 + (2 / 24) ** 2) ** 0.5 / 2**0.5)
    assert (base.lowest, base.highest, base.solved_ever, base.solved_always) == (2 / 8, 3 / 8, 4, 1)
    assert base.sometimes == ["b", "c", "d"]
    assert (mine.name, mine.solved_ever, mine.solved_always) == ("mine", 7, 5)
    (contest,) = found.contests
    assert contest.difference == pytest.approx(8 / 24 - 12 / 16)
    assert contest.interval.low < contest.difference < contest.interval.high
    assert contest.noise_from == "repeats"


def test_the_same_seed_twice_is_no_other_sample() -> None:
    again = run("again", some("ABCdefgh"), settings={"seed": 0, "repeat": 0})
    found = compare([*BASE, again])
    assert [group.runs for group in found.groups] == [["base.s0", "base.s1", "base.s2"], ["again"]]
    # what an earlier version wrote, or a stranger: nothing is known of it, so it stands alone
    odd = run("odd", some("ABCdefgh"), settings={"seed": ["x"]})
    assert [group.name for group in compare([run("old", some("ABCdefgh")), odd]).groups] == ["old", "odd"]


def test_with_one_run_each_the_test_is_mcnemars_and_others_noise_stands_in() -> None:
    found = compare([run("one", some("ABCDEFGHIJklmnop")), run("two", some("abcdefghijKlmnop"))])
    (contest,), (duel,) = found.contests, found.duels
    assert contest.p == pytest.approx(duel.p) == pytest.approx(mcnemar(10, 1))
    assert (contest.noise, contest.noise_from, contest.repeats_needed) == (0.02, "published", None)
    assert contest.verdict == "different"


def test_several_comparisons_are_corrected_and_it_is_said() -> None:
    won = {"one": "ABCDEFgh", "two": "abcdefgh", "three": "abcdefgH"}
    found = compare([run(name, some(letters)) for name, letters in won.items()])
    first = found.contests[0]
    assert (first.p, first.p_holm) == pytest.approx((2 / 2**6, 3 * 2 / 2**6))
    assert first.verdict == "not settled"
    assert found.duels[0].p_holm == first.p_holm
    assert "Holm's correction for 3 comparisons is in p" in " ".join(shown(found, 120).split())
    # what would settle it is said for the corrected level, which asks for more
    (alone,) = compare([run(name, some(won[name])) for name in ("one", "two")]).contests
    assert first.tasks_needed is not None
    assert alone.tasks_needed is not None
    assert first.tasks_needed > alone.tasks_needed


def test_a_difference_inside_run_noise_is_said_with_what_would_settle_it() -> None:
    near = [repeat("near", n, won, form="text") for n, won in enumerate(("ABCDefgh", "abCdefgh", "ABcdefgh"))]
    found = compare([*BASE, *near])
    (contest,) = found.contests
    assert contest.verdict == "inside run noise"
    assert contest.tasks_needed is None or contest.tasks_needed > 8
    text = shown(found, 100)
    assert "inside run noise" in text
    assert "base sometimes: 3: b, c, d" in text


@pytest.mark.parametrize("sizes", [(1, 1), (3, 3), (5, 2), (2, 2, 2)])
def test_equal_models_are_called_different_in_at_most_five_of_a_hundred_draws(sizes: tuple[int, ...]) -> None:
    """Tasks are as hard as they are, the same for all; whoever is called different in any of several comparisons counts."""
    rng, tasks = Random(str(sizes)), [f"t{n}" for n in range(50)]
    members = [[f"{side}.s{n}" for n in range(size)] for side, size in enumerate(sizes)]
    folders = {name: RunFolder(Path(name), {}, History(), (), {}, {}) for group in members for name in group}
    called = 0
    for _ in range(1000):
        hardness = [rng.betavariate(0.5, 0.5) for _ in tasks]
        wins = {run: {task for task, p in zip(tasks, hardness, strict=True) if rng.random() < p} for run in folders}
        found = repeats.contests(repeats.groups(members, folders, wins, tasks), wins, tasks)
        called += any(contest.verdict == "different" for contest in found)
    assert called <= 50


def test_a_better_model_is_called_better_in_most_draws_where_the_tasks_said_so() -> None:
    rng, tasks = Random(2), [f"t{n}" for n in range(120)]
    members = [["one.s1", "one.s2"], ["two.s1", "two.s2"]]
    folders = {name: RunFolder(Path(name), {}, History(), (), {}, {}) for group in members for name in group}
    called = 0
    for _ in range(200):
        hardness = [rng.betavariate(0.5, 0.5) for _ in tasks]
        wins = {
            run: {task for task, p in zip(tasks, hardness, strict=True) if rng.random() < p + (0.15 if run < "two" else 0)}
            for run in folders
        }
        (found,) = repeats.contests(repeats.groups(members, folders, wins, tasks), wins, tasks)
        called += found.verdict == "different" and found.difference > 0
    assert called >= 160


def test_runs_that_share_replies_without_being_repeats_are_warned_of() -> None:
    def served(number: int, of: int) -> RunFolder:
        return run(f"s{number}", some("AB", before=0.5 if number else 0.0), settings={"seed": number, "repeat": of})

    assert "--repeats was not used" in "\n".join(compare([served(0, 0), served(1, 0)]).warnings)
    assert "--repeats was not used" not in "\n".join(compare([served(0, 0), served(1, 1)]).warnings)


def test_the_page_the_csv_and_the_json_have_the_groups() -> None:
    found = compare([*BASE, *MINE])
    assert "Is it a difference?" in page(found)
    assert "Repeats (solved)" in page(found)
    assert Comparison.model_validate_json(found.model_dump_json()) == found
    told = list(csv.DictReader(io.StringIO(as_csv(rows_of([*BASE, *MINE])))))
    assert {(row["run"], row["repeats"], row["seed"]) for row in told} >= {("base.s1", "base", "1"), ("mine.s0", "mine", "0")}


def rows_of(runs: list[RunFolder]) -> list[dict[str, Any]]:
    """With what a row of results.json has beside what a comparison needs."""
    for one in runs:
        for row in one.results["tasks"].values():
            row.update({"best": None, "candidates": 1, "description": None, "stopped": "exhausted"})
    return list(rows(runs))


def test_both_means_and_the_public_set_stand_where_runs_are_compared() -> None:
    whole, cut = run("whole", some("ABcd")), run("cut", some("Abcd"))
    cut.results["tasks"]["d"].update(stopped="budget", candidates=0)
    assert "attempted" not in shown(compare([whole, run("too", some("Abcd"))]), 120)
    for row in whole.results["tasks"].values():
        row["public"] = True
    found = compare([whole, cut])
    assert [(side.attempted, side.attempted_solved) for side in found.runs] == [(4, 2), (3, 1)]
    text = shown(found, 120)
    assert "On 4 shared tasks, public set" in text
    assert "1/3 (33.3%)" in text


def test_settings_that_only_tell_repeats_apart_are_not_listed() -> None:
    text = shown(compare([*BASE, *MINE]), 100)
    told = text[text.index("Settings that") :]
    assert "form" in told
    assert "seed" not in told


def test_a_group_is_called_otherwise_than_its_runs() -> None:
    """A letter is a group's or a run's, never both; runs that stand apart are not taken for a span of letters."""
    long = "a-name-that-is-too-long-for-tables"
    mixed = [BASE[0], MINE[0], BASE[1], MINE[1], run(long, some("ABcdefgh"), settings={"other": 1})]
    found = compare(mixed)
    assert labels(found) == {"base.s0": "A1", "mine.s0": "B1", "base.s1": "A2", "mine.s1": "B2", long: "C"}
    assert group_labels(found) == {"base": "A", "mine": "B", long: "C"}
    text = shown(found, 120)
    assert "A  A1 to A2: base" in text
    assert "A – B" in text
    assert "<b>B</b> B1 to B2: mine" in page(found)


def test_many_runs_without_a_control_are_one_short_sentence() -> None:
    runs = [repeat(name, n, "ABcd") for name in ("base", "mine") for n in range(3)]
    for one in runs:
        one.results["tasks"]["a"]["description"] = ["Do."]
    (told,) = [line for line in compare(runs).warnings if "control" in line]
    assert told.startswith("there is no control yet of base.s0, base.s1, base.s2 … (6 runs), so")
