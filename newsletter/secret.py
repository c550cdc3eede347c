"""Secrets, read where they are used: from the environment variable or file that config.yaml names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from newsletter.errors import SecretMissing
from newsletter.settings import Secret


def reveal(secret: Secret | str, key: str) -> str:
    """The secret itself; `key` is what config.yaml calls it. Raises SecretMissing."""
    if isinstance(secret, str):
        return secret
    if secret.env:
        return _of_environment(secret.env, key)
    if secret.file is None:
        return ""
    try:
        return secret.file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
        raise SecretMissing(
            f"{key}: {secret.file}: {reason}", hint="put the secret alone into that file, readable by you"
        ) from None


def _of_environment(name: str, key: str) -> str:
    found = os.environ.get(name)
    if not found:
        raise SecretMissing(
            f"{key}: the environment variable {name} is not set",
            hint="set it where newsletter is started; cron and systemd have an environment of their own",
        )
    return found


def variables(value: object) -> Iterator[str]:
    """The environment variables that hold secrets, by a configuration or any part of it."""
    if isinstance(value, Secret):
        yield from (value.env,) if value.env else ()
    elif is_dataclass(value):
        for each in fields(value):
            yield from variables(getattr(value, each.name))
    elif isinstance(value, tuple):
        for part in value:
            yield from variables(part)
