"""Secrets, read where they are used: from the environment variable or file that config.yaml names."""

from __future__ import annotations

import os

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
