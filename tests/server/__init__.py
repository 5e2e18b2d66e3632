"""Providers on loopback: their wire formats and dialects, and every way in which they fail."""

from tests.server.faults import FAULTS, faulty
from tests.server.http import Asked, Provider, Said, Script

__all__ = ["FAULTS", "Asked", "Provider", "Said", "Script", "faulty"]
