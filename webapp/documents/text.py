"""Text from anywhere made fit for paper: a letter that cannot be printed is shown as a box."""

import unicodedata
from collections.abc import Collection
from typing import Any

# Stands where a letter is that no type here has.
FOREIGN = "□"
# A line ends where one was written; all else that only steers a screen goes.
_KEPT = frozenset("\n")


def printable(said: Any) -> Any:
    """Give data with each text in it cleaned: nothing unseen, no halves of letters."""
    return _each(said, _clean)


def without(said: Any, letters: Collection[str] | None) -> Any:
    """Show a box for each of some letters; None stands for all beyond Latin."""

    def boxed(text: str) -> str:
        return "".join(FOREIGN if _foreign(char, letters) else char for char in text)

    return _each(said, boxed)


def _foreign(char: str, letters: Collection[str] | None) -> bool:
    return ord(char) >= 0x250 and char != FOREIGN if letters is None else char in letters


def _clean(text: str) -> str:
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(_cleaned(char) for char in text)


def _cleaned(char: str) -> str:
    kind = unicodedata.category(char)
    if char in _KEPT or kind[0] != "C":
        return char
    if char == "\t":
        return " "
    return "" if kind in ("Cc", "Cf") else FOREIGN


def _each(said: Any, change: Any) -> Any:
    if isinstance(said, str):
        return change(said)
    if isinstance(said, dict):
        return {name: _each(value, change) for name, value in said.items()}
    if isinstance(said, list | tuple):
        return [_each(one, change) for one in said]
    return said
