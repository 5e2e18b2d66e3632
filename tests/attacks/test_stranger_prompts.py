"""A stranger's templates run no code, read no file of ours, never hang, and are refused in one line that names file and line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from nlevolve.ask.prompts import TEMPLATES, Prompts, bundled
from nlevolve.errors import UsageError
from tests.attacks.conftest import SMALL, Nlevolve

CODE = "__import__('pathlib').Path('ran').touch()"
ESCAPES = {
    "globals of a function": "{{ lipsum.__globals__['os'].system('touch ran') }}",
    "a class's subclasses": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "through a place": "{{ pairs.__class__ }}",
    "by a filter": "{{ pairs | attr('__class__') }}",
    "by an index": "{{ pairs['__class__'] }}",
    "by a format": "{{ '{0.__class__}'.format(pairs) }}",
    "a call": "{{ range(3) }}",
    "an assignment": "{% set x = pairs %}{{ x }}",
    "a macro": "{% macro m() %}{{ caller }}{% endmacro %}",
    "an import": "{% import 'write.md' as w %}",
    "inheritance": "{% extends 'write.md' %}",
    "a constant that fills the memory": "{{ 'a' * 10**11 }}",
    "a power": "{{ 9 ** 9 ** 9 }}",
    "loops in loops": "{% for a in pairs %}{% for b in pairs %}{% for c in pairs %}x{% endfor %}{% endfor %}{% endfor %}",
    "a loop over text": "{% for a in view %}x{% endfor %}",
    "a loop over everything": "{% for a in range(10**12) %}{% endfor %}",
    "a loop of itself": "{% for a in pairs recursive %}{{ loop(pairs) }}{% endfor %}",
    "itself": "{% include 'revise.md' %}",
    "another file of the machine": "{% include '../../../../../etc/passwd' %}",
    "an absolute file": "{% include '/etc/passwd' %}",
    "whatever a place names": "{% include view %}",
}


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    """A copy of our prompts."""
    shutil.copytree(bundled(), tmp_path / "prompts")
    return tmp_path / "prompts"


@pytest.mark.parametrize("trick", ESCAPES)
def test_what_is_more_than_a_place_is_refused_with_its_file_and_line(trick: str, prompts: Path) -> None:
    with (prompts / "revise.md").open("a") as file:
        file.write(ESCAPES[trick])
    lines = (prompts / "revise.md").read_text().count("\n") + 1
    with pytest.raises(UsageError) as refused:
        Prompts(prompts)
    told = str(refused.value)
    assert f"prompt file revise.md, line {lines}: " in told or "includes itself" in told or "is missing in" in told
    assert "root:" not in told


def test_a_condition_without_end_and_a_folder_of_thousands_are_refused(prompts: Path) -> None:
    ours = (prompts / "write.md").read_text()
    (prompts / "write.md").write_text(f"{ours}{{% if {'pairs and ' * 20_000}pairs %}}x{{% endif %}}")
    with pytest.raises(UsageError, match=r"write\.md in .* is nested too deeply"):
        Prompts(prompts)
    (prompts / "write.md").write_text(ours)
    for number in range(501):
        (prompts / "views" / f"{number}.md").touch()
    with pytest.raises(UsageError, match="more than 500 prompt files"):
        Prompts(prompts)


def test_a_prompt_that_would_fill_the_memory_ends_the_run_in_one_line(
    nlevolve: Nlevolve, task: str, prompts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As two loops over the pairs do, of a task with thousands."""
    monkeypatch.setattr("nlevolve.run.session.rehearse", lambda prompts: None)  # a small task
    monkeypatch.setattr("nlevolve.ask.prompts.LONGEST", 20_000)
    with (prompts / "write.md").open("a") as file:
        file.write(f"{{% for a in pairs %}}{{% for b in pairs %}}{'x' * 9_000}{{% endfor %}}{{% endfor %}}")
    code, _, err = nlevolve("solve", task, *SMALL, "--prompts", str(prompts), "--run", "r")
    assert (code, err.count("\n")) == (1, 1), err
    assert "prompt write: with this task it comes to more than 20,000 characters" in err


def test_files_that_include_each_other_tenfold_are_refused(prompts: Path) -> None:
    for number in range(9):
        (prompts / f"_{number}.md").write_text(f'{{% include "_{number + 1}.md" %}}' * 10)
    (prompts / "_9.md").write_text("x" * 100)
    (prompts / "write.md").write_text('=== user\n{% include "_0.md" %}')
    with pytest.raises(UsageError, match="includes more than"):
        Prompts(prompts)


@pytest.mark.parametrize("name", ["write.md", "views/plain.md", "note.md"])
def test_a_prompt_that_is_a_link_is_not_read(name: str, prompts: Path, tmp_path: Path) -> None:
    """Its text would be sent to a provider, or stand in a report that is handed on."""
    (tmp_path / "secret").write_text("-----BEGIN PRIVATE KEY-----")
    (prompts / name).unlink(missing_ok=True)
    (prompts / name).symlink_to(tmp_path / "secret")
    with pytest.raises(UsageError, match=f"{name} cannot be read: it is a link"):
        Prompts(prompts)


def test_a_folder_that_holds_no_prompts_is_not_searched() -> None:
    with pytest.raises(UsageError, match=r"prompt file write\.md is missing in /"):
        Prompts(Path("/"))


def test_templates_of_a_received_run_run_nothing_whatever_is_done_with_it(
    nlevolve: Nlevolve, received: Path, prompts: Path, tmp_path: Path
) -> None:
    for name in TEMPLATES:
        with (prompts / f"{name}.md").open("a") as file:
            file.write("{{ lipsum.__globals__['__builtins__']['open']('ran', 'w') }}")
    config = json.loads((received / "config.json").read_text())
    (received / "config.json").write_text(json.dumps(config | {"prompts_dir": str(prompts), "prompts": {}}))
    refused = {
        "resume": ["resume", "received", "--no-live"],
        "export": ["export", "received", "--format", "sft"],
    }
    shown = {"report": ["report", "received"], "show": ["show", "received", "turned", "--raw"]}
    for command in refused.values():
        code, _, err = nlevolve(*command)
        assert (code, err.count("\n")) == (2, 1), err
    for command in shown.values():
        assert nlevolve(*command).code == 0
    assert nlevolve("solve", "turned.json", "--prompts", "prompts", *SMALL).code == 2
    assert not (tmp_path / "ran").exists()
