"""People's lines and moves: rays, lines between cells, what moves where. Where a reach is not said, every one is meant."""

from __future__ import annotations

from nlevolve.offline.families.approaching import MoveTowards
from nlevolve.offline.families.extending import Ends, Extend
from nlevolve.offline.families.falling import CellsFall
from nlevolve.offline.families.lines import Axis, DrawRays, JoinCells, Over
from nlevolve.offline.families.moving import Far, MoveBy, MoveFar
from nlevolve.offline.grammar import pin
from nlevolve.offline.nouns.places import Direction
from nlevolve.offline.nouns.rays import Coloured as ColouredCells
from nlevolve.offline.nouns.rays import Own, Reach, Way
from nlevolve.offline.wide_reading import also_read

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
        pin(
            "(join|link|bridge|match) [every] {starts} [with line|with straight line]", axis=Axis.STRAIGHT, over=_over, ink=Own()
        ),
        pin(
            "(join|link|bridge) [every] (same|similar|like|matching) [coloured] (colour|cell) [with line]",
            starts=ColouredCells(),
            axis=Axis.STRAIGHT,
            over=_over,
            ink=Own(),
        ),
        pin(
            "(join|link|bridge) [every] (same|similar|like|matching) [coloured] (colour|cell) {ink}",
            starts=ColouredCells(),
            axis=Axis.STRAIGHT,
            over=_over,
        ),
        pin(
            "(join|link|bridge) [every] cell of same colour [with line]",
            starts=ColouredCells(),
            axis=Axis.STRAIGHT,
            over=_over,
            ink=Own(),
        ),
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
    pin(
        "move {objects} {direction} (into|until it hit|until it touch) [the] [every] (object|line|cell|coloured object|other object)",
        far=Far.CONTACT,
    ),
)
also_read(
    MoveFar,
    pin("(drop|gravity pull) {objects} {direction}", far=Far.CONTACT),
    pin("move {objects} {direction} as far as [they|it] can", far=Far.CONTACT),
)
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
