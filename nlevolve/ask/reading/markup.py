"""LaTeX and HTML -> plain lines, so that one reader of rows and bullets serves them all (pure)."""

from __future__ import annotations

import re

_LATEX = re.compile(r"\\(?:begin|boxed|left|text)\b")
_LATEX_PLAIN: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\\boxed\s*\{"), "\nboxed: "),
    (re.compile(r"\\(?:begin|end)\{[^{}\n]{1,20}\}(?:\{[^{}\n]{0,60}\})?|\\hline|\$\$?"), "\n"),
    (re.compile(r"\\(?:left|right)\s*[\[\](){}.|]?|\\(?:text|mathbf|mathrm)\s*(?=\{)"), " "),
    # a row's end; with the space some put after it (\\[2pt])
    (re.compile(r"\\\\(?:\[[^\]\n]{1,8}\])?"), "\n"),
    (re.compile(r"\\[\[\]()]"), "\n"),
    (re.compile(r"[&{}]"), " "),
)
_QUOTED = re.compile(r"^(?: {0,3}> ?)+", re.MULTILINE)
_MATLAB = re.compile(r"\[\s*\d(?:[ ,]+\d)*\s*(?:;\s*\d(?:[ ,]+\d)*\s*)+;?\s*\]")
_TAG = re.compile(
    r"<(/?)(table|thead|tbody|tr|td|th|ul|ol|li|br|p|row|grid|output|input|bullets?|steps?|item|description|rule)\b[^<>]{0,80}>",
    re.I,
)
_SAID = {"input": "\ninput:\n", "output": "\noutput:\n", "rule": "\nrule:\n", "description": "\ndescription:\n"}
_OPENING = {"td": " ", "th": " th ", "li": "\n- ", "bullet": "\n- ", "step": "\n- ", "item": "\n- ", **_SAID}


def plain_lines(text: str) -> str:
    """The text with matrices, HTML tables and lists as plain lines; any other text as it is."""
    if "\\" in text and _LATEX.search(text):
        for pattern, instead in _LATEX_PLAIN:
            text = pattern.sub(instead, text)
    if ";" in text:
        text = _MATLAB.sub(lambda match: "\n" + match[0].strip("[]").replace(";", "\n") + "\n", text)
    if ">" in text:
        text = _QUOTED.sub("", text)
    return _TAG.sub(_tag, text) if "<" in text else text


def _tag(match: re.Match[str]) -> str:
    name = match[2].lower()
    if match[1]:
        return " " if name in ("td", "th") else "\n"
    return _OPENING.get(name, "\n")
