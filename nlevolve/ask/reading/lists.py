"""The lists of a Markdown text, what their headings say of them, and which of them is a description (pure)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from nlevolve.ask.reading.unreadable import Unreadable
from nlevolve.ask.reading.vocabulary import any_of

SEVERAL = "it holds more than one list that may be the description: only its bullets should be in it"
NOT_ONE = "its lists are analysis or checks, not the description that was asked for"
SHORT_TITLE = 5
"""Words of a title in which any word of another purpose decides."""

_STEP = r"(?:step|rule|bullet|schritt|paso|étape|步骤|第)"
_NUMBER = (
    rf"(?:{_STEP}\s*(?P<step>\d{{1,2}})\s*步?\s*\*{{0,2}}\s*[:：.)–-]+\*{{0,2}}"
    r"|\(?(?P<plain>\d{1,2})(?:[.):：](?=\s|\*)|、)|(?P<keycap>\d)⃣)"
)
_SIGN = r"(?:(?:[-*•‣▪◦–—+●○■□◆★🔹🔸▶►➡👉✅]|\(?[a-h]\)|[①-⑳])(?=\s)|[・·])"
_MARKER = re.compile(rf"^(?P<indent>\s{{0,12}})\*{{0,2}}(?:{_SIGN}|{_NUMBER})\s*(?:\[[ xX✓]\]\s+)?(?=\S)", re.IGNORECASE)
_HEADING = re.compile(r"^\s*(?:#{1,6}\s|\*\*[^*]{1,80}\*\*\s*:?\s*$)")
_FENCE = re.compile(r"^\s*(?:```|~~~|-{3,}\s*$|\*{3,}\s*$|={3,}\s*$|</?\w{1,20}>\s*$)")
_OTHER = any_of(
    r"""
    verif\w* check\w* tests? testing analy\w* observ\w* confiden\w* questions? reject\w* alternativ\w* others?
    notes? examples? explan\w* why limitation\w* ideas? hypothes[ie]s thoughts? thinking candidates? would_you
    could can(?:not)? can't inputs? outputs?_(?:of|for|grid)? pairs? training evidence reason\w* see notice\w*
    patterns? differences? facts? let_me_know next looking first_(?:look|idea|version|attempt|try|draft)
    clarif\w* need sorry unable open uncertain\w* assum\w* legend compar\w* maybe what_i options? drafts?
    initial earlier findings? insights? considered discarded old previous problems? changes? causes? failures?
    (?:über)?prüfung\w* kontrolle beobachtung\w* vérif\w* comprob\w* verific\w* controllo fragen? preguntas?
    проверк\w*
    """,
    "验证 检查 分析 观察 测试 示例 备注 注意 確認 検証",
)
_WANTED = any_of(
    r"""
    rules? descriptions? steps? answers? final\w* transformations? algorithm instructions? procedure solution
    bullets? revised so therefore thus hence corrected method do reglas? descripci[óo]n pasos regel
    beschreibung schritte r[èe]gles? [ée]tapes правил\w*
    """,
    "规则 步骤 描述 答案 规律 ルール 手順",
)
_PART = any_of(
    """
    background objects? sizes? shapes? colou?rs? edge_cases? special_cases? exceptions? ties details?
    definitions? conventions? selection placement order priority set-?up preparation movement output otherwise
    general key main first second third part phase
    """,
    "背景 对象 大小 颜色",
)
_NUMBERED_PART = re.compile(r"^[\s#*]*(?:\d|step|schritt|paso|étape|步骤)", re.IGNORECASE)
_REFUSAL = any_of(
    """
    can(?:not|'t|’t) sorry unable (?:not|wasn't|weren't|isn't)_able no_idea couldn't could_not don't_know
    would_need please_(?:confirm|send|share|provide|give|tell)
    """,
)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])")


@dataclass
class Listed:
    """A list: what stands over it, and its bullets with their depth."""

    heading: str
    """The last line that is set as a heading."""
    lead: str
    """The last line of prose after that heading."""
    under: str = ""
    """The heading of a higher level that this one is under."""
    bullets: list[tuple[int, str]] = field(default_factory=list)
    section: int = 0
    """Headings before it."""
    fence: int = 0
    """Fences before it: odd within one."""
    before_fence: str = ""
    """The last line of prose before the fence that it is in."""
    last_number: int | None = None
    end: int = 0
    """The line at which it ends."""

    @property
    def wanted(self) -> bool | None:
        """Whether the words over it say that it is the description (None: they don't say)."""
        said = (_said_in_prose(self.lead) if self.lead else None, _said(self.heading), _said(self.under))
        return next((one for one in said if one is not None), None)

    @property
    def fenced(self) -> bool:
        return self.fence % 2 == 1

    @property
    def is_section(self) -> bool:
        return bool(self.heading) and not self.lead


def bullets_of(text: str) -> tuple[list[str], bool] | None:
    """The bullets of the description in a text, and whether they end it; None without a list.

    Raises Unreadable where none or more than one of its lists may be it.
    """
    lines = text.split("\n")
    lists = [one for one in _lists(lines) if one.bullets]
    if not lists:
        return None
    nothing_after = not any(line.strip(" `~") for line in lines[lists[-1].end + 1 :])
    # words first, then the answer in a fence that ends the text
    chosen = _last_fence(lists) if lists[-1].fenced and (nothing_after or _is_set_apart(lists)) else _chosen(lists)
    ends = nothing_after and chosen[-1] is lists[-1]
    return [bullet for one in chosen for bullet in _nested(one.bullets)], ends


def _said(title: str) -> bool | None:
    low = title.lower()
    other, wanted = _OTHER.search(low), _WANTED.search(low)
    if not (other and wanted):
        return bool(wanted) if other or wanted else None
    return wanted.start() < other.start() and len(low.split()) > SHORT_TITLE


def _said_in_prose(lead: str) -> bool | None:
    """A label says what comes next; any other sentence only when it declines."""
    if _REFUSAL.search(lead.lower()):
        return False
    last = _SENTENCE_END.split(lead)[-1]
    return _said(last) if _is_label(last) else None


def _is_label(lead: str) -> bool:
    plain = lead.rstrip("*_ ")
    return plain.endswith((":", "：")) or (len(plain.split()) <= SHORT_TITLE and not plain.endswith((".", "!", "。")))


def _is_set_apart(lists: list[Listed]) -> bool:
    """Whether the last list is the only one in a fence, with some words of farewell after it, and no other is said to be it."""
    last, others = lists[-1], [one for one in lists if one.fence != lists[-1].fence]
    denied = last.wanted is False or (last.before_fence and _said_in_prose(last.before_fence) is False)
    return not denied and not any(one.fenced or one.wanted for one in others)


def _last_fence(lists: list[Listed]) -> list[Listed]:
    start = len(lists) - 1
    while start and lists[start - 1].fence == lists[-1].fence:
        start -= 1
    return lists[start:]


def _chosen(lists: list[Listed]) -> list[Listed]:
    """The description's lists: those said to be it, with the sections that are parts of it; else the only one, or all parts.

    Raises Unreadable where a section may be a part of it or something else.
    """
    wanted = [place for place, one in enumerate(lists) if one.wanted]
    if wanted:
        start = end = wanted[-1]
        while start and _is_part(lists[start - 1], lists[start]):
            start -= 1
        while end + 1 < len(lists) and _is_part(lists[end + 1], lists[end]):
            end += 1
        around = lists[max(0, start - 1) : start] + lists[end + 1 : end + 2]
        if any(one.wanted is None and one.is_section for one in around):
            raise Unreadable(SEVERAL)
        return lists[start : end + 1]
    kept = [one for one in lists if one.wanted is None]
    if not kept:
        raise Unreadable(NOT_ONE)
    if len(kept) > 1 and not all(one.is_section and _names_part(one.heading) for one in kept):
        raise Unreadable(SEVERAL)
    return kept


def _is_part(one: Listed, other: Listed) -> bool:
    """Whether a list belongs to the description that the list beside it is of."""
    if one.wanted is None:
        return one.is_section and _names_part(one.heading)
    if other.under and other.under in (one.under, one.heading):
        return one.wanted
    same = one.section == other.section or _names_part(one.heading) or _names_part(other.heading)
    return one.wanted and bool(one.heading) and same


def _names_part(heading: str) -> bool:
    """Whether a heading names a part of a description, as one step of it or as what it needs."""
    return bool(_PART.search(heading.lower()) or _NUMBERED_PART.match(heading))


def _lists(lines: list[str]) -> list[Listed]:
    lists = [Listed("", "")]
    going = False
    fence = 0
    for place, line in enumerate(lines):
        now = lists[-1]
        marker = None if _HEADING.match(line[:120]) else _MARKER.match(line[:60])
        if marker:
            _take_bullet(lists, marker, line[marker.end() :], place)
        elif _FENCE.match(line[:40]):
            if line.lstrip()[:1] in "`~":
                fence = fence + 1 if not fence % 2 or line.strip() in ("```", "~~~") else fence
                lead, before = ("", now.lead) if fence % 2 else (now.lead, "")
                lists.append(Listed(now.heading, lead, now.under, section=now.section, fence=fence, before_fence=before))
        elif _HEADING.match(line[:120]):
            lists.append(Listed(line, "", _under(now, line), section=now.section + 1, fence=fence))
        elif line.strip() and going:
            depth, bullet = now.bullets[-1]
            now.bullets[-1], now.end = (depth, f"{bullet} {line.strip()}"), place
            continue
        elif line.strip():
            _take_prose(lists, now, line)
        going = marker is not None
    return lists


def _under(above: Listed, heading: str) -> str:
    """The heading of a higher level that a heading is under."""
    level, upper = _level(heading), _level(above.heading)
    return (
        above.heading if above.heading and upper < level else above.under if above.under and _level(above.under) < level else ""
    )


def _level(heading: str) -> int:
    """From 1, as in Markdown; a bold line is below them all."""
    return len(heading) - len(heading.lstrip("#")) or 7


def _take_bullet(lists: list[Listed], marker: re.Match[str], text: str, place: int) -> None:
    number = next((int(n) for n in (marker["step"], marker["plain"], marker["keycap"]) if n), None)
    if not lists[-1].bullets and len(lists) > 1 and number and number > 1 and lists[-2].last_number == number - 1:
        lists.pop()  # prose between two numbered bullets
    now = lists[-1]
    now.bullets.append((len(marker["indent"]), text))
    now.end = place
    if number is not None and not marker["indent"]:
        now.last_number = number


def _take_prose(lists: list[Listed], now: Listed, line: str) -> None:
    """A line of prose leads to the list after it, unless that goes on with the numbers of the one before."""
    lead = line.strip()[-200:]
    if now.bullets:
        # prose after a list of checks or observations has left them
        left = _said(now.heading) is False and not _is_label(lead)
        lists.append(Listed("" if left else now.heading, lead, "" if left else now.under, section=now.section, fence=now.fence))
    else:
        now.lead = lead


def _nested(bullets: list[tuple[int, str]]) -> list[str]:
    """Bullets in order; one under a name ("Objects:") goes on with it."""
    told: list[str] = []
    parent = 0
    for depth, bullet in bullets:
        if told and depth > parent + 1 and (told[-1].rstrip("*_ ").endswith(":") or _under_name(told[-1], bullets, parent)):
            told[-1] = f"{told[-1]} {bullet}"
            continue
        if not told or depth <= parent + 1:
            parent = depth
        told.append(bullet)
    return told


def _under_name(above: str, bullets: list[tuple[int, str]], parent: int) -> bool:
    """Whether what was told last is a name with at least one nested bullet joined to it already."""
    names = [text for depth, text in bullets if depth <= parent + 1 and text.rstrip("*_ ").endswith((":", "："))]
    return any(above.startswith(name) and len(above) > len(name) for name in names)
