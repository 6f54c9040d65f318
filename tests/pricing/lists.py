"""Small price lists in the shapes that others publish."""

import json
from typing import Any

MODEL = {"litellm_provider": "openai", "mode": "responses"}


def litellm(**models: dict[str, Any]) -> bytes:
    """Return a list in LiteLLM's shape; a double underscore in a name stands for a hyphen, a single one for a dot."""
    return json.dumps(
        {"sample_spec": {"mode": "one of: ..."}} | {named(key): one for key, one in models.items()}
    ).encode()


def model(price: float, output: float, **more: float | str) -> dict[str, Any]:
    return MODEL | {"input_cost_per_token": price, "output_cost_per_token": output} | more


def genai(*models: dict[str, Any]) -> bytes:
    foreign = {"id": "elsewhere", "models": [{"id": "gpt-5.5", "prices": {"input_mtok": 77, "output_mtok": 88}}]}
    return json.dumps([foreign, {"id": "openai", "models": models}]).encode()


def models_dev(**models: dict[str, Any]) -> bytes:
    told = {named(key): {"cost": cost} for key, cost in models.items()}
    return json.dumps({"elsewhere": {"models": {}}, "openai": {"id": "openai", "models": told}}).encode()


def named(key: str) -> str:
    return key.replace("__", "-").replace("_", ".")
