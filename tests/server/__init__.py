"""A provider on loopback: OpenAI's, Anthropic's and Gemini's wire formats, with every way in which providers fail."""

from tests.server.faults import FAULTS, faulty
from tests.server.http import Asked, Provider, Said

__all__ = ["FAULTS", "Asked", "Provider", "Said", "faulty"]
