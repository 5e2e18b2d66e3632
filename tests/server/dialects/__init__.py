"""Servers in the manner of the providers: one module each, over the wires that some of them share."""

from tests.server.dialects.anthropic import ANTHROPIC
from tests.server.dialects.dialect import PLAIN, Dialect, Serving
from tests.server.dialects.gemini import GEMINI
from tests.server.dialects.llama_cpp import LLAMA_CPP
from tests.server.dialects.ollama import OLLAMA
from tests.server.dialects.openai import OPENAI
from tests.server.dialects.openrouter import OPENROUTER
from tests.server.dialects.vllm import VLLM

DIALECTS = {one.name: one for one in (OPENAI, VLLM, LLAMA_CPP, OLLAMA, OPENROUTER, ANTHROPIC, GEMINI)}

__all__ = [
    "ANTHROPIC",
    "DIALECTS",
    "GEMINI",
    "LLAMA_CPP",
    "OLLAMA",
    "OPENAI",
    "OPENROUTER",
    "PLAIN",
    "VLLM",
    "Dialect",
    "Serving",
]
