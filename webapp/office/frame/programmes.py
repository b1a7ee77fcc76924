"""The programme a page speaks of."""

from visits.programmes import Programme, find_programme, load_programmes
from webapp.frame.languages import pick


def chosen_programme(code: str) -> Programme:
    """Find the programme an address names, or the first one when it names none.

    Raises NotFound.
    """
    return find_programme(code) if code else next(iter(load_programmes().values()))


def programme_name(code: str) -> str:
    """Say a programme's name; the code of one that no longer ships."""
    programme = load_programmes().get(code)
    return pick(dict(programme.name)) if programme else code
