"""Delays as a workbook writes them: `4h`, `5wd` (working days), `30d`, `6m`; on whose time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

# On whose time days begin and end.
PARIS = ZoneInfo("Europe/Paris")
LARGEST_AMOUNT = 1000
_WRITTEN = re.compile(r"\s*(\d{1,4})\s*(h|wd|d|m)\s*", re.ASCII)


class DelayUnit(StrEnum):
    """In what a delay is counted."""

    HOURS = "h"
    WORKING_DAYS = "wd"
    DAYS = "d"
    MONTHS = "m"


@dataclass(frozen=True, slots=True)
class Delay:
    """An amount of hours, working days, days or months; who knows the holidays makes it a date."""

    amount: int
    unit: DelayUnit

    def __str__(self) -> str:
        """Write it as a workbook does."""
        return f"{self.amount}{self.unit}"


@lru_cache(maxsize=1_024)
def parse_delay(text: str) -> Delay:
    """Read a delay; raises ValueError when it is none."""
    match = _WRITTEN.fullmatch(text)
    if match is None or int(match[1]) > LARGEST_AMOUNT:
        raise ValueError(f"not a delay: {text!r}")
    return Delay(int(match[1]), DelayUnit(match[2]))
