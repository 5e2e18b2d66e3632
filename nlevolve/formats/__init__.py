"""What stands in a run's files beside its log: config.json, results.json and submission.json, as records.

They say what is in a file and check a file that was read; docs/SCHEMA.md is made from them. A field that comes later has a
default, so that a file of any version ever written is one of these.
"""

from nlevolve.formats.config import (
    ConfigFile,
    ControlRow,
    LibraryRow,
    MergedRow,
    OriginRow,
    PartRow,
    SeedsRow,
    ShardRow,
    check_config,
)
from nlevolve.formats.results import ResultsFile, SubmissionFile

__all__ = [
    "ConfigFile",
    "ControlRow",
    "LibraryRow",
    "MergedRow",
    "OriginRow",
    "PartRow",
    "ResultsFile",
    "SeedsRow",
    "ShardRow",
    "SubmissionFile",
    "check_config",
]
