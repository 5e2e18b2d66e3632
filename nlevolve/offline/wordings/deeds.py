"""People's deeds: further ways to say an operation. What may be meant in several ways is registered for each of them."""

from __future__ import annotations

from nlevolve.offline.families.answering import OneColour
from nlevolve.offline.families.continuing import Grow, Growth
from nlevolve.offline.families.cutting import CropTo, KeepOrRemove
from nlevolve.offline.families.enlarging import AddCopy, Copy, ScaleUp, Tile
from nlevolve.offline.families.filling import FillAreas
from nlevolve.offline.families.layering import From, Nth, RecolourEveryNth
from nlevolve.offline.families.painting import PaintPart, RecolourObjects
from nlevolve.offline.families.recolouring import Change, ChangeColours, SwapColours
from nlevolve.offline.families.repairing import Order, Repair
from nlevolve.offline.families.rows import Lines
from nlevolve.offline.families.turning import Turn, TurnGrid
from nlevolve.offline.grammar import pin
from nlevolve.offline.nouns.parts import Part
from nlevolve.offline.nouns.places import Side
from nlevolve.offline.wide_reading import also_read

# --- colours

also_read(
    RecolourObjects,
    """
    (change|turn|make|recolour|colour|paint|fill) [colour of] {objects} [colour] [to|into|be|with|in|to be] {shade} [object|cell]
    {objects} (becomes|is|turns|is changed) [to|into|colour] {shade}
    change colour of {objects} (to|into|with) {shade}
    replace {objects} (with|by) {shade} [object|cell|1]
    """,
)
also_read(
    Change,
    """
    every {old} [cell|object] (to|into|with|by|becomes|turns|in|to be) {new} [cell|object|1]
    {old} (cell|object) (to|into|with|by|becomes|turns|in|is|to be) {new} [cell|object|1]
    colour of {old} cell to {new}
    from {old} to {new}
    """,
)
also_read(
    ChangeColours,
    """
    (change|turn|recolour|convert|replace|fill|colour|make) [colour] {changes}
    (change|turn) every cell [that is] {changes}
    """,
)
also_read(
    SwapColours,
    "{one} and {other} (swap|switch|exchange|trade) [place]",
    "(swap|switch|reverse|invert) [colour] [of] {one} (and|with) {other} [cell]",
)
also_read(
    PaintPart,
    """
    (fill|colour|recolour|paint|turn|make|change) [in] {part} {objects} [with|in|to|into] {shade} [cell]
    {part} {objects} (becomes|is|turns) {shade}
    """,
    pin(
        """
    (surround|outline|encircle) {objects} (with|by|in) {shade} [border|outline|cell|object|line|frame]
    (draw|put|add|make|create|place) {shade} (border|outline|line|frame|cell|object) [all] [way] around {objects}
    (surround|outline) {objects} with (border|outline|frame) of {shade} [cell]
    {objects} (become|is|get) [enclosed|outlined] [by|in|with] {shade} (border|outline|frame)
    """,
        part=Part.AROUND,
    ),
    pin(
        """
    (surround|outline) {objects} (with|by|in) {shade} [border|outline|cell|object|line|frame]
    (draw|put|add|make|create|place) {shade} (border|outline|line|frame|cell|object) [all] [way] around {objects}
    """,
        part=Part.FRAME,
    ),
    pin("fill [in] {objects} (with|in) {shade}", part=Part.HOLES),
)
also_read(
    FillAreas,
    """
    (fill|colour|recolour|paint|make|turn|change) [in] {areas} [with|in|to|into] [colour] {colour} [cell]
    use {colour} to fill [in] {areas}
    {areas} (need|is|becomes|get) [to be] [colour] {colour}
    put {colour} (in|inside) {areas}
    """,
)

# --- what is left, what goes

also_read(
    KeepOrRemove,
    pin(
        """
    remove {objects} [from grid|completely]
    (take|leave) {objects} out
    """,
        kept=False,
    ),
    pin(
        """
    keep [only] {objects} [and|but] [change|turn|make|colour] [everything] [other|else] [to] (black|background)
    (copy|show|draw) only {objects}
    (copy|keep) {objects}
    """,
        kept=True,
    ),
)
_CROP = """
    crop [grid|output] to {objects}
    output [grid] is {objects}
    (copy|show|draw|output|reproduce|replicate|duplicate|keep) [only] {objects} [to output|in output|into output|onto output]
    copy and paste {objects}
    make (it|output) {objects}
    (remove everything|remove all) except {objects}
    """
also_read(CropTo, pin(_CROP, alone=False), pin(_CROP, alone=True))

# --- turns

_GRID = "[every|entire|whole] [grid]"
for _turn, _ways in {
    Turn.LEFT_RIGHT: (
        "horizontally",
        "along vertical axis",
        "over horizontally",
        "(left|right) to (right|left)",
        "to (right|left)",
    ),
    Turn.TOP_BOTTOM: ("vertically", "along horizontal axis", "over vertically", "(top|bottom) to (bottom|top)"),
}.items():
    for _way_said in _ways:
        also_read(TurnGrid, pin(f"(flip|reverse|turn|invert) {_GRID} {_way_said}", turn=_turn))
also_read(
    TurnGrid,
    pin(f"(rotate|turn) {_GRID} 90 degree [clockwise|to right]", turn=Turn.CLOCKWISE),
    pin(f"(rotate|turn) {_GRID} (to right|clockwise) [by] 90 degree", turn=Turn.CLOCKWISE),
    pin(f"(rotate|turn) {_GRID} 90 degree (anticlockwise|to left)", turn=Turn.ANTICLOCKWISE),
    pin(f"(rotate|turn) {_GRID} (to left|anticlockwise) [by] 90 degree", turn=Turn.ANTICLOCKWISE),
    pin(f"(rotate|turn) {_GRID} [by] 180 degree [clockwise|anticlockwise]", turn=Turn.HALF),
    pin("(create|make|draw) same grid [as grid] [but] rotated 180 degree", turn=Turn.HALF),
    pin(f"(rotate|turn) {_GRID} (twice|2 times|halfway) [clockwise|to right|around]", turn=Turn.HALF),
)

# --- sizes and copies

for _verb in (
    "becomes",
    "is",
    "turns into",
    "is now",
    "is changed to",
    "stands for",
    "is replaced (by|with)",
    "is enlarged to",
    "should take up",
):
    also_read(
        ScaleUp,
        f"every [single] [coloured] cell [of grid] {_verb} {{rows}} by {{columns}} [cell|block|object|area|grid] [grid|object|of cell] [of its colour|of its own colour|of the same colour|in its own colour]",
    )
also_read(
    ScaleUp,
    """
    (enlarge|scale up|scale|expand|zoom|make) every [single] cell [in grid] [to|into|up to|by] {rows} by {columns} [cell|block|square|object]
    """,
    *(
        pin(f"(enlarge|scale|scale up|zoom|blow up|expand) {_GRID} [by] [a factor of] {said}", rows=times, columns=times)
        for times in (2, 3, 4)
        for said in (f"{times} [times|time]", f"{times} times its size", *({2: ("double",), 3: ("triple",)}.get(times, ())))
    ),
    *(pin(f"make {_GRID} {times} times (larger|as large)", rows=times, columns=times) for times in (2, 3, 4)),
)
_COPIED = "(copy|duplicate|repeat|paste|draw|place|put) [same|entire] grid"
for _side, _tile in (
    ("right", {"rows": 1, "columns": 2}),
    ("left", {"rows": 1, "columns": 2}),
    ("bottom", {"rows": 2, "columns": 1}),
    ("top", {"rows": 2, "columns": 1}),
):
    also_read(
        Tile,
        pin(
            f"""
        {_COPIED} (on|to|at|onto|next to it on) {_side} [side|half]
        {_COPIED} [once|1 time] [more] (on|to|at) {_side} [side]
        """,
            **_tile,
        ),
    )
also_read(
    Tile,
    pin(f"{_COPIED} (twice|2 times) (side by side|next to each other|horizontally)", rows=1, columns=2),
    pin(f"{_COPIED} side by side", rows=1, columns=2),
)
for _side_word, _s in (("right", Side.RIGHT), ("left", Side.LEFT), ("bottom", Side.BOTTOM), ("top", Side.TOP)):
    for _said in (
        f"(on|to|at|onto) {_side_word} [side|half]",
        *({"bottom": ("(below|underneath|under|down)", "downward"), "top": ("above", "(up|upward)")}.get(_side_word, ())),
    ):
        also_read(
            AddCopy,
            pin(
                f"""
            (mirror|flip|reflect) [entire|exact] grid {_said}
            (add|draw|put|place|create|make) (mirror image|mirrored copy|reflection|mirrored grid) [of grid] {_said}
            copy grid and (mirror|flip|reflect) it {_said}
            """,
                side=_s,
                copy=Copy.MIRRORED,
            ),
        )

also_read(
    Grow,
    *(
        pin(
            f"""
        (extend|repeat|continue) [horizontal] (grid|object) [of cell|of colour] [horizontally] to {end}
        (extend|repeat|continue) [same] (grid|object) [of cell|of colour] {more}
        """,
            side=side,
            growth=Growth.TWICE,
        )
        for side, end, more in (
            (Side.RIGHT, "(right|end|right side|end of grid|border)", "(to right|horizontally|on the right side)"),
            (Side.BOTTOM, "(bottom|bottom side)", "(down|vertically|to bottom|on the bottom side)"),
        )
    ),
)

# --- repairs, rows and answers

for _order in Order:
    for _cropped in (False, True):
        also_read(
            Repair,
            pin(
                """
            (complete|finish|restore|fill|repair) [in] [missing] (grid|object|part) [of grid] (in|under|behind|that would be in|hidden by|covered by|missing from) {colour} (cell|area|object|part) [area]
            (complete|finish|restore|fill|repair|replace) [in] {colour} (cell|area|object|part) with [missing|rest of] (grid|object|part) [of grid]
            fill {colour} (cell|area|object) (to complete|to finish|so that it complete) (grid|object)
            """,
                order=_order,
                cropped=_cropped,
            ),
        )
also_read(
    RecolourEveryNth,
    """
    starting with {start} {lines}, (change|recolour|turn|colour) {starts} (to|into) {new} [in] every {nth} {lines}
    (change|recolour|turn|colour) {starts} [to|into|in] {new} in every {nth} {lines} [starting (with|at|from) {start} [{lines}]]
    """.replace("[starting (with|at|from) {start} [{lines}]]", "starting (with|at|from) {start} [1]"),
)
also_read(Lines.COLUMNS, "vertical [line|row]")
also_read(Lines.ROWS, "horizontal [line|row]")
also_read(From.SECOND, "second", "2nd")
also_read(From.FIRST, "first", "1st")
also_read(Nth.SECOND, "other")

also_read(
    OneColour,
    """
    (fill|colour|make) [entire|whole] {rows} by {columns} [output] [grid|output|cell|object] (with|in|to) {colour}
    """,
)
