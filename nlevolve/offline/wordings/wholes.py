"""People's deeds with the whole grid: its halves laid over each other, its panels, its pattern gone on with, its frame."""

from __future__ import annotations

from nlevolve.offline.families.combining import Within
from nlevolve.offline.families.continuing import Continue, Towards
from nlevolve.offline.families.cutting import KeepOrRemove
from nlevolve.offline.families.enlarging import AddCopy, Copy, Tile
from nlevolve.offline.families.extending import Ends, Extend
from nlevolve.offline.families.falling import CellsFall
from nlevolve.offline.families.framing import AddBorder, Corner, CropCorner, FrameGrid
from nlevolve.offline.families.mosaics import Flips, TileFlipped, TileItself
from nlevolve.offline.families.moving import Far, MoveFar
from nlevolve.offline.families.overlaying import Case, ComparePanels, Logic, StackPanels
from nlevolve.offline.families.panels import PanelAt, PickPanel, RemoveSeparators
from nlevolve.offline.families.recolouring import SwapBoth
from nlevolve.offline.families.repairing import Order, Repair
from nlevolve.offline.families.rows import LeaveOut
from nlevolve.offline.families.symmetrizing import MakeSymmetric, Symmetry
from nlevolve.offline.families.turning import Turn, TurnGrid
from nlevolve.offline.grammar import pin
from nlevolve.offline.nouns.choosing import Trait
from nlevolve.offline.nouns.colours import Background
from nlevolve.offline.nouns.objects import Every
from nlevolve.offline.nouns.panels import EqualParts, Separated
from nlevolve.offline.nouns.places import Direction, Side
from nlevolve.offline.nouns.rays import Own, Reach
from nlevolve.offline.wide_reading import also_read

# --- halves and panels

_HALF = "(side|half|grid|object|area|part|panel|section|1)"
also_read(
    Logic.NONE,
    f"where both {_HALF} (is|has) (black|empty|black cell)",
    f"where both [of] {_HALF} has (no colour|nothing)",
    f"where neither [{_HALF}] (is coloured|has colour|has coloured cell)",
    "where (both|the 2) overlap in black",
    "where black cell overlap",
    f"that is black in both {_HALF}",
    f"that is (empty|not coloured) in both {_HALF}",
    "where there is no colour in either",
)
also_read(
    Logic.ALL,
    f"where both {_HALF} (is coloured|has colour|has coloured cell)",
    "where (both|the 2|they|coloured cell|object) overlap",
    f"that is coloured in both {_HALF}",
    f"that is coloured on both {_HALF}",
)
also_read(Logic.ONE, f"where only 1 {_HALF} (is coloured|has colour)", f"that is coloured in only 1 {_HALF}")
also_read(Logic.SOME, f"where (either|at least 1) {_HALF} (is coloured|has colour)")
also_read(
    Case,
    "(colour|fill|make|put|draw|turn|show) [every] [cell|area|in] {colour} {logic}",
    "{colour} cell {logic}",
    "(colour|fill|make|turn) [every] cell {logic} {colour}",
)
_PARTS = (Separated(), EqualParts(1, 2), EqualParts(2, 1))
for _panels in _PARTS:
    also_read(
        ComparePanels,
        pin("{cases}", panels=_panels, rest=Background()),
        pin("(compare|overlay|overlap|combine|merge|put together) (both|2) half and {cases}", panels=_panels, rest=Background()),
        pin("{cases} and (everything|every) other [cell] {rest}", panels=_panels),
    )
for _panels in (*_PARTS, EqualParts(2, 2), EqualParts(1, 3), EqualParts(3, 1)):
    also_read(
        PickPanel,
        pin(
            """
        (copy|keep|output|show|crop to|choose|pick|take) [only] (area|object|cell|grid|panel|quadrant|quarter|half|part) that {which}
        output is (area|object|cell|grid|panel|quadrant|quarter|half|part) that {which}
        """,
            panels=_panels,
        ),
    )
    also_read(
        PanelAt,
        pin(
            "(copy|keep|output|show|crop to) [only] {spot} (panel|quadrant|quarter|part|area|object|cell|grid|corner)",
            panels=_panels,
        ),
    )
also_read(Trait.ODD, "is different", "is unique", "is not the same as other")
also_read(RemoveSeparators, "remove (line|separator|grid line) [between] [area|object|panel|cell]")

# --- patterns

for _towards, _end in (
    (Towards.RIGHT, "(right|right side)"),
    (Towards.LEFT, "(left|left side)"),
    (Towards.UP, "(top|top side)"),
    (Towards.DOWN, "(bottom|bottom side)"),
):
    also_read(Continue, pin(f"(continue|extend|repeat) (grid|object) [to|until] {_end}", towards=_towards))
also_read(Continue, "(continue|extend|repeat) (grid|object) {towards} [to border|until it reaches border]")
for _towards in Towards:
    also_read(
        Continue,
        pin(
            "(continue|extend|repeat) [same] [coloured] (grid|object) [to border|to end|until it reaches border|to end of grid]",
            towards=_towards,
        ),
    )
for _order in Order:
    for _cropped in (False, True):
        also_read(
            Repair,
            pin(
                """
            (fill|replace|change) [in] [missing] {colour} (cell|area|object) (to|so that it) (complete|finish|continue|match) [rest of] (grid|object)
            (complete|finish|continue|repair|restore) [the] (grid|object) (where|over) {colour} (cell|area|object) is
            fill [in] {colour} (cell|area|object) with [missing] (grid|object)
            """,
                order=_order,
                cropped=_cropped,
            ),
        )
for _cropped in (False, True):
    also_read(
        Repair,
        pin(
            "(fill|replace) [in] {colour} (cell|area|object) (so|so that|to make) [grid|object|it] [is] (symmetrical|symmetric|mirrored)",
            order=Order.SYMMETRY,
            cropped=_cropped,
        ),
    )
for _symmetry, _ways in {
    Symmetry.LEFT_RIGHT: ("left to right", "horizontally", "left and right"),
    Symmetry.TOP_BOTTOM: ("top to bottom", "vertically", "top and bottom"),
    Symmetry.BOTH: ("both ways", "horizontally and vertically", "in both directions"),
    Symmetry.ALL: ("in all directions", "on all sides", "on every side"),
}.items():
    for _way in _ways:
        also_read(MakeSymmetric, pin(f"make (grid|object|it) (symmetrical|symmetric) {_way}", symmetry=_symmetry))

# --- copies

also_read(
    Tile,
    "(copy|repeat|tile) grid {rows} by {columns} times",
    pin("2 copies of grid (side by side|next to each other|beside each other)", rows=1, columns=2),
)
also_read(
    Tile, pin("double grid (horizontally|to right)", rows=1, columns=2), pin("double grid (vertically|down)", rows=2, columns=1)
)
for _shape in ((1, 2), (2, 1)):
    also_read(
        Tile,
        pin(
            "(copy|repeat|duplicate|paste) [same] grid (to|in|into|onto|on) [the] [new|other|empty|second] (area|side|half|part|object|cell)",
            rows=_shape[0],
            columns=_shape[1],
        ),
    )
also_read(
    TileFlipped,
    *(
        pin(f"(mirror|flip|reflect) grid {ways}", rows=2, columns=2, flips=Flips.BOTH)
        for ways in (
            "horizontally and vertically",
            "in every direction",
            "(to|into|in) (every|other) [3] (corner|side|quadrant)",
            "both ways",
            "to right and (down|to bottom)",
        )
    ),
    pin(
        "[other] 3 [remaining] corner is (mirror|reflection|mirror image) of [original] (grid|object)",
        rows=2,
        columns=2,
        flips=Flips.BOTH,
    ),
)
also_read(
    TileItself,
    pin("(replace|swap) every coloured cell (with|by|for) [copy of] [whole|original] grid"),
    pin("(copy|draw|put) grid (in place of|for|at) every coloured cell"),
)
for _side, _names in ((Side.RIGHT, "right"), (Side.LEFT, "left"), (Side.TOP, "top"), (Side.BOTTOM, "bottom")):
    also_read(
        AddCopy,
        pin(
            f"(create|make|draw|add|put|place) [a] (mirror grid|reflection|mirror|mirrored grid|mirrored object|flip grid) [of it|of grid] (in|on|at|to) {_names} [side]",
            side=_side,
            copy=Copy.MIRRORED,
        ),
    )

# --- the frame, corners, rows

also_read(
    FrameGrid,
    "(draw|put|add|make|create) {colour} (border|frame|line|outline) (around|along|on) [edge of|border of|outside of|side of] [whole] grid",
    "(surround|outline|border) grid (with|in) {colour} [border]",
)
also_read(FrameGrid, "(colour|fill|turn|make) [outer|outside] (border|edge|outer edge|perimeter) [of grid] [with|in] {colour}")
also_read(AddBorder, "add {colour} (border|frame) around [whole] grid", "surround grid with {colour} border")
for _corner, _said in (
    (Corner.TOP_LEFT, "(top|upper) left"),
    (Corner.TOP_RIGHT, "(top|upper) right"),
    (Corner.BOTTOM_LEFT, "(bottom|lower) left"),
    (Corner.BOTTOM_RIGHT, "(bottom|lower) right"),
):
    also_read(
        CropCorner,
        pin(
            f"(copy|keep|crop to|show|output) [only] {_said} {{rows}} by {{columns}} [cell|area|corner|grid|object|side]",
            corner=_corner,
        ),
    )
    also_read(
        CropCorner,
        pin(
            f"(copy|keep|crop to|show|output) [only] {{rows}} by {{columns}} [cell|area|grid|object] (in|at|from) {_said} [corner|side]",
            corner=_corner,
        ),
    )
also_read(LeaveOut, "(remove|take out|delete|cut) [every] {which} that {waste}")

# --- falling, leaving, extending

for _way, _direction in (("(bottom|down)", Direction.DOWN), ("(top|up)", Direction.UP)):
    also_read(
        CellsFall,
        pin(f"(let|make) [every] [coloured] cell (fall|drop|sink|rise|float|move) [to] {_way} [of grid]", direction=_direction),
    )
    also_read(
        MoveFar,
        pin(
            f"(let|make) {{objects}} (fall|drop|sink|rise|float|move) [to] {_way} [of grid]",
            direction=_direction,
            far=Far.CONTACT,
        ),
    )
also_read(
    KeepOrRemove,
    pin(
        "(turn|make|change|colour) everything (except|but|other than|besides|that is not) {objects} [to] (black|background)",
        kept=True,
    ),
)
also_read(
    SwapBoth,
    pin("(swap|switch|exchange|reverse|invert|interchange) [2] colour [with each other|around]"),
    pin("2 colour (swap|switch|trade) [place]"),
)
for _reach in (Reach.BORDER, Reach.OVER, Reach.STOP):
    for _ends in (Ends.STRAIGHT, Ends.SIDES):
        also_read(
            Extend,
            pin(
                "extend {objects} [in both direction|on both end|both ways] (to border|until it reaches border|to edge)",
                ends=_ends,
                reach=_reach,
                ink=Own(),
            ),
        )
        also_read(
            Extend,
            pin(
                "extend [every] line [in both direction|on both end|both ways] (to border|until it reaches border)",
                objects=Every(),
                ends=_ends,
                reach=_reach,
                ink=Own(),
            ),
        )
also_read(StackPanels, "(overlay|stack|combine|merge|overlap) {panels} with {order} on top")

# --- objects turned where they are

for _turn, _said in (
    (Turn.LEFT_RIGHT, "(horizontally|left to right)"),
    (Turn.TOP_BOTTOM, "vertically"),
    (Turn.HALF, "[by] 180 degree"),
    (Turn.CLOCKWISE, "[by] 90 degree clockwise"),
):
    also_read(Within, pin(f"(flip|mirror|reflect|rotate|turn|invert) {{objects}} {_said}", step=TurnGrid(_turn)))
