"""Numbers as people type them here."""

import math
import re

NUMBER = re.compile(r"[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)")


def with_point(text: str) -> str:
    """Write a typed number plainly: 1 234,50 is 1234.50; what is none stays what it is."""
    return "".join(text.split()).replace(",", ".")


def typed_cents(text: str) -> int:
    """Read an amount in euros as cents: 1 234,50 is 123450. Raises ValueError, also for 1,234."""
    plain = with_point(text).removesuffix("€")
    whole, _, part = plain.partition(".")
    if not re.fullmatch(r"-?[0-9]{1,9}", whole) or not re.fullmatch(r"[0-9]{0,2}", part):
        raise ValueError(text)
    return int(f"{whole}{part.ljust(2, '0')}")


def typed_number(text: str) -> float:
    """Read a number with a comma or a point, and spaces between thousands. Raises ValueError."""
    plain = with_point(text)
    if not NUMBER.fullmatch(plain) or not math.isfinite(number := float(plain)):
        raise ValueError(text)
    return number
