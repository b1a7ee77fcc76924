"""Clinical instruments by the names forms give them: none is asked without its source."""

from __future__ import annotations

INSTRUMENTS = frozenset(
    [
        "adl", "aggir", "barthel", "berg", "braden", "epices", "fes", "fragire", "gds", "gir",
        "iadl", "katz", "lawton", "minicog", "mmse", "mna", "moca", "norton", "phq9", "poma",
        "sega", "sppb", "steadi", "tinetti", "tug", "whodas", "zarit",
    ]
)  # fmt: skip
LONG_NAMES = ("stay_independent", "up_and_go", "chair_stand", "mini_cog")


def instrument_in(name: str) -> str:
    """Give the instrument a question's or form's name tells of; empty when it tells of none."""
    folded = name.lower().replace("-", "_")
    words = folded.split("_")
    found = next((word for word in words if word in INSTRUMENTS), "")
    return found or next((long for long in LONG_NAMES if long in folded), "")
