"""The programme a page speaks of."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from visits.programmes import Programme
from visits.programmes.published import find_programme, load_programmes
from webapp.frame.languages import pick


def chosen_programme(session: Session, code: str) -> Programme:
    """Find the programme an address names, or the first one when it names none.

    Raises NotFound.
    """
    return find_programme(session, code or next(iter(load_programmes(session)), ""))


def programme_names(session: Session) -> Mapping[str, str]:
    """Say the programmes' names, by code."""
    return {code: pick(dict(one.name)) for code, one in load_programmes(session).items()}
