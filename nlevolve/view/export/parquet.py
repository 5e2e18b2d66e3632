"""Tables as parquet files, with pyarrow, which is an extra and comes when it is asked for."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import Any

from nlevolve.plugins import of_extra


def arrow(what: str) -> Any:
    """pyarrow. Raises UsageError."""
    of_extra("pyarrow.parquet", "data", what)
    return of_extra("pyarrow", "data", what)


def parquet(rows: Iterable[Mapping[str, Any]], schema: Any) -> bytes:
    """The content of a file with these rows; a field that a row lacks is null there."""
    table = import_module("pyarrow").Table.from_pylist(list(rows), schema=schema)
    file = io.BytesIO()
    import_module("pyarrow.parquet").write_table(table, file, compression="zstd")
    return file.getvalue()
