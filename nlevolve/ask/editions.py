"""Texts that our own prompt files had before: what they say by default is the same, so a run from then goes on with ours."""

from __future__ import annotations

from collections.abc import Mapping

FORMER: Mapping[str, str] = {
    "_form_grid.md": "9f85e7330906f36c8b419c60f8a1219498f12c4041cc57addf57613b3f5212f0",
    "_form_solution.md": "21d0fdb4dd7f4b0f9b854a6e7e67cbd70bd4d9ec094972f2482b8f0038b6fc90",
    "_generator.md": "20293449473929a96109ce7af372b1c0414c6a35bd710d48a7aa4a2247f2901c",
    "_parent.md": "a844adeff63bc19074e84b688735676352c2062b9617aba85f01dea431cb9827",
    "alone.md": "7be280bf5c2aab59bf208e04b3baa3fea3b85fbc2397c43d7696ff7c3b8801f2",
    "apply.md": "fb7ee541c8155f9574b594831a5b7e4c963068bc39ec85e3d91b3c130e88090f",
    "guide.md": "6b18e030675095ecd89e240f9706d00bea5203fa3f4414abdea37e063ffb75eb",
    "judge.md": "0d40005f4f257245833983a69cdd5cc270044aa2e01182771c846cd8183284d1",
    "review.md": "4955f8e1107f5d57ccaeb222c428179fc1a38caf96550556952bf0ce6b78447a",
    "solve.md": "afdbf3fab26229293c12aa0d50c22fe56b19f82d1ffadca6190508394d855086",
}
"""File -> SHA-256 of its text before grids could be written in several ways (version 0.2)."""
