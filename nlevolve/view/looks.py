"""How whoever wrote for a birth was shown the task, in a few words."""

from __future__ import annotations

from nlevolve.records import Birth

EYES = {"none": "without pictures", "inputs": "pictures of inputs", "all": "with pictures"}


def shown_as(birth: Birth) -> str:
    """What is not as usual; empty where nothing is."""
    told = [f"grids as {birth.grids}"] if birth.grids != "digits" else []
    told += ["with facts"] if birth.facts else []
    told += [EYES[birth.eye]] if birth.eye != "none" else []
    return ", ".join(told)
