"""How each dialect is reached: a litellm model and the path of its base URL."""

from __future__ import annotations

ROUTES = {
    "openai": ("openai/gpt-5-mini", "/v1"),
    "vllm": ("hosted_vllm/some", "/v1"),
    "llama.cpp": ("openai/some", "/v1"),
    "ollama": ("ollama_chat/some", ""),
    "openrouter": ("openrouter/x-ai/grok-4", "/api/v1"),
    "anthropic": ("anthropic/claude-sonnet-4-5", ""),
    "gemini": ("gemini/gemini-2.5-flash", "/v1beta"),
}
KEYS = ("OPENAI_API_KEY", "HOSTED_VLLM_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY", "OPENROUTER_API_KEY")
