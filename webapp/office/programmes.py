"""The programme a page speaks of."""

from visits.programmes import Programme, load_programmes
from visits.targeting import find_programme


def chosen_programme(code: str) -> Programme:
    """Find the programme an address names, or the first one when it names none.

    Raises NotFound.
    """
    return find_programme(code) if code else next(iter(load_programmes().values()))
