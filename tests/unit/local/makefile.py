"""The Makefile, as make reads it."""

from __future__ import annotations

import re
from pathlib import Path

MAKEFILE = Path(__file__).parents[3] / "Makefile"


def makefile() -> str:
    """With what several recipes share in each of them."""
    text = MAKEFILE.read_text("utf-8")
    (place,) = re.findall(r"^PLACE = (.+)$", text, re.MULTILINE)
    return text.replace("$(PLACE)", place)
