"""What a model said to us: without its thinking, its channels, its template's marks and the turns it invented (pure).

Sources for the marks: the chat templates of Qwen, DeepSeek, Kimi, Magistral, Seed, Llama, Gemma and Sky-T1, and OpenAI's
harmony format.
"""

from __future__ import annotations

import re

LONGEST_TEXT = 1_000_000
"""Characters, thinking included."""
LONGEST_ANSWER = 100_000
"""Characters after the thinking; the largest grid takes 11,000 with a cell a line."""
MOST_LINES = 5_000
"""After the thinking; the largest grid takes 1,000 with a cell a line."""

_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060\ufe0e\ufe0f\ufeff]")
_TAGS = r"(?:seed:)?(?:think|thinking|thoughts?|reasoning|reflection|scratchpad|analysis|working)"
_THOUGHT = re.compile(
    rf"(?P<begin><{_TAGS}>|◁think▷|\[THINK\]|<\|begin_of_thought\|>|<unused94>)"
    rf"|</{_TAGS}>|◁/think▷|\[/THINK\]|<\|end_of_thought\|>|<unused95>",
    re.IGNORECASE,
)
_ANSWER = re.compile(r"<(?:final_)?answer>|<\|begin_of_solution\|>", re.IGNORECASE)
_ANSWER_END = re.compile(r"</(?:final_)?answer>|<\|end_of_solution\|>", re.IGNORECASE)
_OWN_TURN = re.compile(
    r"\s*(?:<\|(?:start_header_id|im_start|start|assistant)\|>\s*)(?:assistant)?\s*(?:<\|(?:end_header_id|message)\|>)?"
)
_TURN = re.compile(
    r"<\|(?:im_end|im_start|eot_id|eom_id|end|return|call|endoftext|end_of_text|start_header_id|start|user|system|assistant)\|>"
    r"|<(?:end|start)_of_turn>|</s>|\[/?INST\]|<｜(?:end▁of▁sentence|User|Assistant)｜>"
    r"|\n(?:User|Human|### ?(?:User|Human|Instruction|Input))\s*:"
)
_CALL_MARK = re.compile(
    r"\[TOOL_CALLS\]|<\|python_tag\|>|<\|constrain\|>|</?tool_calls?>|</?function(?:=\w{1,40})?>|<｜tool▁[^｜\n]{1,30}｜>"
)
_CHANNEL = re.compile(r"<\|channel\|>([^<]{1,120})(?:<\|constrain\|>[^<]{0,20})?<\|message\|>")
_CHANNEL_END = re.compile(r"<\|(?:end|return|call|start|channel)\|>")
_BARE_ANALYSIS = re.compile(r"\s*(?:assistant)?analysis(?=[A-Z\"'{(\[])")
_BARE_FINAL = re.compile(r"assistant(?:final|commentary to=\S{1,60}(?:\s*json)?)")


def visible(text: str) -> str:
    """The text without control characters and others that cannot be seen; line ends are kept."""
    return _UNSEEN.sub("", text.replace("\r\n", "\n"))


def answer_part(text: str) -> str:
    """What was said after the thinking, as it can be seen; empty when the thinking never ends."""
    for part in (_final_channel, _after_thinking, _own_turn, _in_answer_tags):
        text = part(text)
    return _CALL_MARK.sub("\n", visible(text) if len(text) <= LONGEST_ANSWER else text)


def _final_channel(text: str) -> str:
    """The last message on the final channel, or the last call of a tool; the text itself where there are no channels."""
    heads = list(_CHANNEL.finditer(text))
    if heads:
        said = [h for h in heads if h[1].startswith("final")] or [h for h in heads if "to=" in h[1]]
        if not said:
            return ""
        end = _CHANNEL_END.search(text, said[-1].end())
        return text[said[-1].end() : end.start() if end else None]
    if "<|channel|>" in text:
        return ""
    if not _BARE_ANALYSIS.match(text):
        return text
    finals = list(_BARE_FINAL.finditer(text))
    return text[finals[-1].end() :] if finals else ""


def _after_thinking(text: str) -> str:
    end, begin, first = 0, None, None  # the last thinking's end, what begins after it, and where any begins
    for match in _THOUGHT.finditer(text):
        if not match["begin"]:
            end, begin = match.end(), None
        else:
            begin = match.start() if begin is None else begin
            first = match.start() if first is None else first
    after = text[end:begin]
    return after if after.strip() or first is None else text[:first]


def _own_turn(text: str) -> str:
    """The first turn that says something: small models go on with turns of their own making."""
    own = _OWN_TURN.match(text)
    text = text[own.end() :] if own else text
    start = 0
    for mark in _TURN.finditer(text):
        if text[start : mark.start()].strip():
            return text[start : mark.start()]
        start = mark.end()
    return text[start:]


def _in_answer_tags(text: str) -> str:
    begins = list(_ANSWER.finditer(text))
    if not begins:
        return text
    end = _ANSWER_END.search(text, begins[-1].end())
    return text[begins[-1].end() : end.start() if end else None]
