"""Replies of up to a megabyte that are made to be slow to read: name -> a program that writes one of a given length."""

from __future__ import annotations

import json
import random
from collections.abc import Callable

Family = Callable[[int], str]


def repeated(part: str, before: str = "", after: str = "") -> Family:
    return lambda length: before + part * ((length - len(before) - len(after)) // len(part)) + after


def nested(opening: str, closing: str, inside: str = "1") -> Family:
    return lambda length: (
        opening * (length // (len(opening) + len(closing))) + inside + closing * (length // (len(opening) + len(closing)))
    )


def mixed(alphabet: str, seed: int) -> Family:
    return lambda length: "".join(random.Random(seed).choices(alphabet, k=length))


def valid(value: Callable[[int], object]) -> Family:
    return lambda length: json.dumps(value(length))


FAMILIES: dict[str, Family] = {
    # brackets
    "opened lists": repeated("["),
    "opened objects": repeated("{"),
    "crossed brackets": lambda n: "{" * (n * 2 // 5) + "]" * (n * 2 // 5),
    "pairs of brackets": repeated("[]"),
    "pairs of braces": repeated("{}"),
    "lists in lists": nested("[", "]"),
    "objects in objects": nested('{"a":', "}"),
    "twelve deep, again and again": repeated("[" * 12 + "1" + "]" * 12),
    "closed lists": repeated("]"),
    "objects that open a list": repeated('{"grid": ['),
    "lists that open an object": repeated('[{"grid":'),
    "an opened list before each row": repeated("[[0, 1], "),
    "random brackets": mixed("[]{}", 1),
    "random brackets and digits": mixed('[]{},:"01 ', 2),
    # broken JSON
    "unquoted keys and lonely quotes": repeated("a:'b\",", "{", "}"),
    "quotes within a string": repeated('x "y" ', '{"bullets": ["', '"]}'),
    "quotes within many strings": repeated('"the "red" cell", ', '{"bullets": [', "]}"),
    "39 KB of quotes within a string": lambda n: '{"bullets": ["' + 'the "red" cell moves, ' * min(n // 22, 1_800) + '"]}',
    "16 KB of quotes within a string": lambda n: '{"bullets": ["' + 'x "y" ' * min(n // 6, 2_600) + '"]}',
    "4 KB of quotes within a string": lambda n: '{"bullets": ["' + 'x "y" ' * min(n // 6, 600) + '"]}',
    "many broken objects of 4 KB": repeated('{"bullets": ["' + 'x "y" ' * 600 + '"]}\n'),
    "many broken objects of 16 KB": repeated('{"bullets": [' + '"The red cell, it\'s, ", ' * 600 + ",]}\n"),
    "broken objects": repeated("{'a': [1, 2,, 'b': }"),
    "double commas": repeated(",,", '{"grid": [[0', "]]}"),
    "colons": repeated(":", "{", "}"),
    "comments": repeated("/* x ", '{"grid": [', "]}"),
    "lines of comments": repeated("// x\n", '{"grid": [', "]}"),
    "hashes": repeated(" #", '{"grid": [', "]}"),
    "escaped quotes": repeated('\\"', '{"grid": "'),
    "backslashes": repeated("\\", '{"grid": "', '"}'),
    "quotes": repeated("\"'"),
    "commas before blanks": repeated(",    ", '{"grid": [', "]}"),
    "fields of lists": repeated('"grid": [', "{", "}"),
    "closed fields of lists": repeated('"grid": [[1]] ', "{", "}"),
    # valid JSON
    "many digits": lambda n: '{"grid": [[' + "9" * (n - 20) + "]]}",
    "a grid of many rows": valid(lambda n: {"grid": [[0] * 30] * (n // 92), "note": ""}),
    "a grid of one row": valid(lambda n: {"grid": [[0] * (n // 3)], "note": ""}),
    "a long note": valid(lambda n: {"grid": [[0]], "note": "x" * (n - 30)}),
    "many bullets": valid(lambda n: {"bullets": ["Colour the cell red."] * (n // 24)}),
    "one long bullet": valid(lambda n: {"bullets": ["the red cell " * (n // 13)]}),
    "many grids in a list": valid(lambda n: [[[0, 1], [1, 0]]] * (n // 20)),
    "many objects in a list": valid(lambda n: [{"grid": [[0, 1], [1, 0]]}] * (n // 30)),
    "many objects": repeated('{"grid": [[0, 1], [1, 0]]}\n'),
    "many keys": valid(lambda n: {f"output_{i}": [[0, 1], [1, 0]] for i in range(n // 34)}),
    "JSON in strings in strings": lambda n: _wrapped('{"grid": [[1]]}', n),
    "rows in strings": valid(lambda n: {"grid": ["0 1 2"] * (n // 9)}),
    "rows in one string": valid(lambda n: {"grid": "0 1 2\n" * (n // 7)}),
    # lines
    "rows": repeated("0 1 2\n"),
    "parted rows": repeated("0 1\nx\n"),
    "rows and empty lines": repeated("0 1 2\n\n"),
    "one long row": repeated("1 "),
    "one long line": repeated("x"),
    "empty lines": repeated("\n", "0 1\n", "1 0"),
    "lines of blanks": repeated(" " * 399 + "\n"),
    "numbered rows": repeated("Row 1: 0 1 2\n"),
    "rules": repeated("|---|---|\n"),
    "rules without an end": repeated("-|" * 199 + "-x\n"),
    "table rows": repeated("| 0 | 1 | 2 |\n"),
    "separators": repeated(" , ; | "),
    "parentheses": repeated("(1, 2) "),
    "opened parentheses": repeated("("),
    "fences": repeated("```\n"),
    "fences with rows": repeated("```\n0 1\n1 0\n```\n"),
    "labels": repeated("Output:\n0 1\n1 0\nInput:\n"),
    "sentences before a row": repeated("So the output is. ", "", "\n0 1\n1 0"),
    "stars": repeated("*"),
    "stars in lines": repeated("**Row 1** *x* **\n"),
    # lists
    "bullets": repeated("- a b\n"),
    "bullets with a continued line": repeated("- a b c\nd\n"),
    "one bullet with many lines": repeated("the red cell\n", "- one\n"),
    "numbers": repeated("1. the red cell\n"),
    "numbers and prose": repeated("1. the red cell\n\nand so on\n\n2. the blue cell\n"),
    "headings": repeated("# a\n"),
    "headings with a bullet": repeated("# Rule\n- the red cell moves\n"),
    "nested bullets": repeated("- objects:\n   - the red cell moves\n"),
    "steps": repeated("Step 1: Step 1: "),
    # marks
    "thinking never ended": repeated("<think>"),
    "thinking ended often": repeated("</think>x"),
    "thinking before an answer": lambda n: "<think>" + "0 1 2\n" * ((n - 60) // 6) + '</think>{"grid": [[1]], "note": ""}',
    "channels": repeated("<|channel|>analysis<|message|>x"),
    "channels without a message": repeated("<|channel|>x "),
    "opened channels": repeated("<|channel|>" + "x" * 120),
    "ends of turns": repeated("<|im_end|>"),
    "answer tags": repeated("<answer>"),
    "tags": repeated("<td>1</td>"),
    "opened tags": repeated("<td "),
    "angle brackets": repeated("<"),
    "quoted lines": repeated("> > > "),
    "LaTeX": repeated("\\begin{bmatrix} 0 & 1 \\\\ 1 & 0 \\end{bmatrix} "),
    "LaTeX without an end": repeated("\\begin{"),
    "boxes": repeated("\\boxed{"),
    "MATLAB": repeated("1 ;", "["),
    "MATLAB without an end": repeated("[0 1; "),
    "unseen characters": repeated("\u200b"),
    "squares": repeated("⬛🟦\n"),
    "Chinese": repeated("规则"),
    "any characters": mixed("[]{}\",:'0123456789 \n-<>/think⬛🟦|`.grid*#\\&;()=", 3),
    "any characters and lines": mixed("01 \n\n\n,[]-*", 4),
}


def _wrapped(text: str, length: int) -> str:
    while 2 * len(text) + 20 < length:
        text = json.dumps({"grid": text})
    return text
