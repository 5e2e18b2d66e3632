"""A self-contained HTML page: templates filled with everything escaped, and a policy that lets nothing in from outside."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from nlevolve.view.text import clean, count, duration, model_name, money, percent

if TYPE_CHECKING:
    from jinja2 import Environment


def render(template: str, *, styles: Sequence[str] = (), script: str | None = None, **values: Any) -> str:
    """Fill `templates/TEMPLATE.html.j2`. `script` names the one script (`templates/SCRIPT.js`) that may run in the page;
    `styles` the style sheets that it has beside `page.css`."""
    code = _text(f"{script}.js") if script else ""
    style = "\n".join(_text(f"{name}.css") for name in ("page", *styles))
    return _environment().get_template(f"{template}.html.j2").render(style=style, script=code, policy=_policy(code), **values)


@cache
def colours() -> dict[str, str]:
    """The variables of page.css as they are on a light screen: --ink -> #1d1f24."""
    light = _text("page.css").partition("}")[0]
    return dict(re.findall(r"(--[a-z0-9-]+): (#[0-9a-f]+)", light))


def _policy(script: str) -> str:
    """Styles stand in the page; of scripts only this one runs, known by its digest; nothing is fetched, framed or sent."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    scripts = f"'sha256-{digest}'" if script else "'none'"
    return f"default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def _text(name: str) -> str:
    return (files("nlevolve.view") / "templates" / name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    made = Environment(
        loader=FunctionLoader(_text), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.filters |= {
        "money": money,
        "count": count,
        "duration": duration,
        "percent": percent,
        "model_name": model_name,
        "clean": clean,
    }
    return made
