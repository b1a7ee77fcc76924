"""Where a postcode lies, for the numbers that differ from region to region."""

from __future__ import annotations

# By department, those regions alone for which a number is known here.
_REGIONS = {
    "hauts_de_france": ("02", "59", "60", "62", "80"),
    "bourgogne_franche_comte": ("21", "25", "39", "58", "70", "71", "89", "90"),
    # The Carsat Sud-Est: Provence-Alpes-Côte d’Azur and Corsica.
    "sud_est": ("04", "05", "06", "13", "20", "83", "84"),
}
_BY_DEPARTMENT = {code: region for region, codes in _REGIONS.items() for code in codes}


def region_of(postcode: str) -> str:
    """Name the region of a postcode; empty when no number of ours is of that region."""
    return _BY_DEPARTMENT.get(postcode[:2], "")
