"""Texts for those who need not know who reads: addresses taken out. Text in, text out.

A relay's words name the recipient (“550 5.1.1 <ada@example.org> unknown”), and from there an address would go
into logs, to whoever watches over timers, and into mails to the operator.
"""

from __future__ import annotations

import re

SOMEBODY = "(address)"
_ADDRESS = re.compile(r"""[^\s<>"'(),;:]{1,64}@[^\s<>"'(),;:]{1,255}""")


def without_addresses(text: str) -> str:
    """The text with each address in it, and whatever looks like one, replaced."""
    return _ADDRESS.sub(SOMEBODY, text)
