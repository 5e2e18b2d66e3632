"""People's deeds: further ways to say an operation. What may be meant in several ways is registered for each of them."""

from __future__ import annotations

from nlevolve.offline.families.answering import OneColour
from nlevolve.offline.families.continuing import Grow, Growth
from nlevolve.offline.families.cutting import CropTo, KeepOrRemove
from nlevolve.offline.families.enlarging import AddCopy, Copy, ScaleUp, Tile
from nlevolve.offline.families.extending import Ends, Extend
from nlevolve.offline.families.falling import CellsFall
from nlevolve.offline.families.filling import FillAreas
from nlevolve.offline.families.layering import From, Lines, Nth, RecolourEveryNth
from nlevolve.offline.families.lines import Axis, DrawRays, JoinCells, Over
from nlevolve.offline.families.moving import Far, MoveBy, MoveFar
from nlevolve.offline.families.approaching import MoveTowards
from nlevolve.offline.families.painting import PaintPart, RecolourObjects
from nlevolve.offline.families.recolouring import Change, ChangeColours, SwapColours
from nlevolve.offline.families.repairing import Order, Repair
from nlevolve.offline.families.turning import Turn, TurnGrid
from nlevolve.offline.grammar import pin
from nlevolve.offline.nouns.parts import Part
from nlevolve.offline.nouns.rays import Coloured as ColouredCells
from nlevolve.offline.nouns.rays import Own, Reach, Way
from nlevolve.offline.nouns.places import Direction, Side
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
also_read(SwapColours, "{one} and {other} (swap|switch|exchange|trade) [place]", "(swap|switch|reverse|invert) [colour] [of] {one} (and|with) {other} [cell]")
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

# --- lines

_THROUGH = "(through|from|across|at|on|for)"
for _names, _adverb, _way in (
    ("vertical", "vertically", Way.VERTICAL),
    ("horizontal", "horizontally", Way.HORIZONTAL),
    ("diagonal", "diagonally", Way.DIAGONAL),
):
    for _reach in (Reach.BORDER, Reach.OVER):
        also_read(
            DrawRays,
            pin(
                f"""
            (draw|make|add|create|put) {_names} {{ink}} line {_THROUGH} [every] {{starts}} [to border]
            (draw|make|add|create|put) {_names} line {{ink}} {_THROUGH} [every] {{starts}} [to border]
            (draw|make|add|create|put) {_names} line {_THROUGH} [every] {{starts}} {{ink}} [to border]
            (draw|make|add|create|put) {_names} {{ink}} line {_THROUGH} [every] {{starts}} to border
            extend [every] {{starts}} into {_names} line {{ink}} [to border]
            """,
                way=_way,
                reach=_reach,
            ),
        )
        also_read(
            DrawRays,
            pin("(draw|make|add|create|put) [straight] line from [every] {starts} {way} [to border]", reach=_reach, ink=Own()),
            pin(
                f"""
            (draw|make|add|create|put) {_names} line {_THROUGH} [every] {{starts}} [to border]
            extend [every] {{starts}} {_adverb} [to border]
            extend [every] {{starts}} into {_names} line [to border]
            (draw|make|add|create|put) line {_adverb} {_THROUGH} [every] {{starts}} [to border]
            """,
                way=_way,
                reach=_reach,
                ink=Own(),
            ),
        )
_RAY = """
    (draw|make|add|create|put) [straight] line {ink} from [every] {starts} {way} {reach}
    (draw|make|add|create|put) [straight] {ink} line from [every] {starts} {way} {reach}
    extend [every] {starts} {way} {reach} {ink}
    extend [line] from [every] {starts} {way} {reach} {ink}
    """
also_read(DrawRays, _RAY)
for _reach in (Reach.BORDER, Reach.OVER, Reach.STOP):
    also_read(
        DrawRays,
        pin(
            """
        (draw|make|add|create|put) [straight] line {way} (from|through) [every] {starts} {ink} [to border]
        (draw|make|add|create|put) [straight] line {ink} (from|through) [every] {starts} {way} [to border]
        (draw|make|add|create|put) [straight] {ink} line (from|through) [every] {starts} {way} [to border]
        extend [every] {starts} {way} {ink} [to border]
        """,
            reach=_reach,
        ),
    )
_BETWEEN = """
    (join|link|bridge) [every] {starts} [straight] {ink} [straight] [line]
    (join|link|bridge) [every] {starts} with [straight] line {ink}
    (join|link|bridge) [every] {starts} with {ink} line
    draw line {ink} between [every] {starts}
    draw {ink} line between [every] {starts}
    fill [in] [cell|area|gap] between [every] {starts} {ink}
    """
for _over in Over:
    also_read(JoinCells, pin(_BETWEEN, axis=Axis.STRAIGHT, over=_over))
    also_read(
        JoinCells,
        pin("(join|link|bridge|match) [every] {starts} [with line|with straight line]", axis=Axis.STRAIGHT, over=_over, ink=Own()),
        pin("(join|link|bridge) [every] (same|similar|like|matching) [coloured] (colour|cell) [with line]", starts=ColouredCells(), axis=Axis.STRAIGHT, over=_over, ink=Own()),
        pin("(join|link|bridge) [every] (same|similar|like|matching) [coloured] (colour|cell) {ink}", starts=ColouredCells(), axis=Axis.STRAIGHT, over=_over),
        pin("(join|link|bridge) [every] cell of same colour [with line]", starts=ColouredCells(), axis=Axis.STRAIGHT, over=_over, ink=Own()),
    )
for _reach in (Reach.BORDER, Reach.OVER, Reach.STOP):
    also_read(
        Extend,
        pin(
            """
        (draw|add|make|extend) diagonal line [extending|out|moving|going] from [every] [4|outer|visible] corner of {objects} {ink} [to border|until it reaches border]
        (draw|add|make|extend) diagonal line [extending|out|moving|going] from [every] [4|outer|visible] corner of {objects} (to border|until it reaches border|to end|to end of grid) {ink}
        (draw|add|make|extend) diagonal {ink} line [extending|out|moving|going] from [every] [4|outer|visible] corner of {objects} [to border|until it reaches border]
        extend (line|cell|object) {ink} [from] [every] corner of {objects} (on diagonal|diagonally) [to border|until it reaches border]
        """,
            ends=Ends.CORNERS,
            reach=_reach,
        ),
    )
also_read(
    Extend,
    pin(
        """
    (draw|add|make) diagonal line from [every] [4|outer|visible] corner of {objects} {reach} {ink}
    extend diagonal line from [every] [4|outer|visible] corner of {objects} {reach} {ink}
    (draw|add|make|extend) diagonal {ink} line [out] from [every] [4|outer|visible] corner of {objects} {reach}
    """,
        ends=Ends.CORNERS,
    ),
)

# --- moves

also_read(
    MoveBy,
    """
    move {objects} {distance} step {direction}
    move {objects} {direction} {distance} (cell|space|row|column|step|spot|place)
    move {objects} {distance} (row|column|step|space|spot|place) {direction}
    move {objects} {direction} by {distance} (row|column|step|space|spot|place|grid)
    """,
    "move {objects} by {distance} cell {direction}",
)
for _far in (Far.CONTACT, Far.BORDER):
    for _side, _direction in (
        ("top", Direction.UP),
        ("bottom", Direction.DOWN),
        ("left", Direction.LEFT),
        ("right", Direction.RIGHT),
    ):
        also_read(
            MoveFar,
            pin(
                f"""
            move {{objects}} [down|up|over] to {_side} [side|edge|border] [of grid]
            move {{objects}} [as far] {_side} as (far|possible)
            """,
                direction=_direction,
                far=_far,
            ),
        )
also_read(
    MoveFar,
    pin("move {objects} {direction} (into|until it hit|until it touch) [the] [every] (object|line|cell|coloured object|other object)", far=Far.CONTACT),
)
also_read(MoveFar, pin("(drop|gravity pull) {objects} {direction}", far=Far.CONTACT), pin("move {objects} {direction} as far as [they|it] can", far=Far.CONTACT))
also_read(
    MoveTowards,
    """
    move {objects} (up|down|left|right|over) (into|to|towards|against|until it touch|until they touch|until it reaches|to meet) {goal}
    move {objects} (towards|to|next to|against|until they touch|over to|up to|into contact with|so that it touch|so it touch) {goal}
    {objects} move (towards|to|next to|against|until they touch) {goal}
    move {objects} until (they|it) [is] (touch|touching|reach|hit|next to|meet) {goal}
    """,
)
also_read(CellsFall, "every [coloured] cell (falls|drops) {direction}", "move every coloured cell {direction} as far as possible")

# --- turns

_GRID = "[every|entire|whole] [grid]"
for _turn, _ways in {
    Turn.LEFT_RIGHT: ("horizontally", "along vertical axis", "over horizontally", "(left|right) to (right|left)", "to (right|left)"),
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

for _verb in ("becomes", "is", "turns into", "is now", "is changed to", "stands for", "is replaced (by|with)", "is enlarged to", "should take up"):
    also_read(
        ScaleUp,
        f"every [single] [coloured] cell [of grid] {_verb} {{rows}} by {{columns}} [cell|block|object|area|grid] [grid|object|of cell] [of its colour|of the same colour|in its own colour]",
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
for _side, _tile in (("right", {"rows": 1, "columns": 2}), ("left", {"rows": 1, "columns": 2}), ("bottom", {"rows": 2, "columns": 1}), ("top", {"rows": 2, "columns": 1})):
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
    for _said in (f"(on|to|at|onto) {_side_word} [side|half]", *({"bottom": ("(below|underneath|under|down)", "downward"), "top": ("above", "(up|upward)")}.get(_side_word, ()))):
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
