"""People's deeds: further ways to say an operation. What may be meant in several ways is registered for each of them."""

from __future__ import annotations

from nlevolve.offline.families.answering import OneColour
from nlevolve.offline.families.cutting import CropTo, KeepOrRemove
from nlevolve.offline.families.enlarging import AddCopy, Copy, ScaleUp, Tile
from nlevolve.offline.families.extending import Ends, Extend
from nlevolve.offline.families.falling import CellsFall
from nlevolve.offline.families.filling import FillAreas
from nlevolve.offline.families.layering import Fold
from nlevolve.offline.families.lines import Axis, DrawRays, JoinCells, Over
from nlevolve.offline.families.moving import Far, MoveBy, MoveFar
from nlevolve.offline.families.approaching import MoveTowards
from nlevolve.offline.families.painting import PaintPart, RecolourObjects
from nlevolve.offline.families.recolouring import Change, ChangeColours, SwapColours
from nlevolve.offline.families.symmetrizing import MakeSymmetric
from nlevolve.offline.families.turning import Turn, TurnGrid
from nlevolve.offline.grammar import pin
from nlevolve.offline.nouns.parts import Part
from nlevolve.offline.nouns.rays import Reach, Way
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
    {objects} that {shade}
    """.replace("    {objects} that {shade}\n", ""),
)
also_read(
    Change,
    """
    every {old} [cell|object] (to|into|with|by|becomes|turns|in|to be) {new} [cell|object|1]
    {old} (cell|object) (to|into|with|by|becomes|turns|in|is|to be) {new} [cell|object|1]
    colour of {old} cell to {new}
    from {old} to {new}
    {old} that is {new}
    """.replace("    {old} that is {new}\n", ""),
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
    (fill|colour|recolour|paint|make|turn|change) [in] {areas} [with|in|to|into|that] [colour] {colour} [cell]
    use {colour} to fill [in] {areas}
    put {colour} (in|inside) {areas}
    """.replace("|that]", "]"),
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
for _names, _way in (
    ("vertical", Way.VERTICAL),
    ("horizontal", Way.HORIZONTAL),
    ("diagonal", Way.DIAGONAL),
):
    for _reach in (Reach.BORDER, Reach.OVER):
        also_read(
            DrawRays,
            pin(
                f"""
            (draw|make|add|create|put) {_names} {{ink}} line {_THROUGH} [every] {{starts}} [to border]
            (draw|make|add|create|put) {_names} line {{ink}} {_THROUGH} [every] {{starts}} [to border]
            (draw|make|add|create|put) {_names} line {_THROUGH} [every] {{starts}} {{ink}} [to border]
            extend [every] {{starts}} into {_names} line {{ink}} [to border]
            """,
                way=_way,
                reach=_reach,
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
    move {objects} {direction} {distance} (cell|space|row|column|step|spot|place)
    move {objects} {distance} (row|column|step|space|spot|place) {direction}
    move {objects} {direction} by {distance} (row|column|step|space|spot|place|grid)
    """,
    pin("move {objects} (over|up|down) (1|a) (cell|row|column)", distance=29) if False else "move {objects} by {distance} cell {direction}",
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
also_read(MoveFar, pin("(drop|gravity pull) {objects} {direction}", far=Far.CONTACT), pin("move {objects} {direction} as far as [they|it] can", far=Far.CONTACT))
also_read(
    MoveTowards,
    """
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
        f"every [single] [coloured] cell [of grid] {_verb} {{rows}} by {{columns}} [cell|block|object|area|square|grid] [of its colour|of the same colour|in its own colour]",
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

# --- answers

also_read(
    OneColour,
    """
    (fill|colour|make) [entire|whole] {rows} by {columns} [grid|output|cell|square] (with|in|to) {colour}
    """,
)
__all__ = ["Fold", "MakeSymmetric"]
