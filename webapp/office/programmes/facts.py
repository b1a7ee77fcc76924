"""What criteria may ask for, in words: the landlord's files, answers about homes, earlier cases."""

from collections.abc import Iterator

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from diagnostics.facts import DWELLING, proposals
from diagnostics.form import parse_form
from visits.forms.published import current_forms
from visits.programmes.facts import ANSWER, FACTS, NO_CASE, OUTCOME
from visits.programmes.published import load_programmes
from webapp.frame.languages import current_language, pick
from webapp.office.programmes.kinds import Choices
from webapp.words import named


def facts_known(session: Session) -> Choices:
    """List what a criterion may ask for, and for what is chosen by a code the codes there are."""
    answers, outcomes = dict(_answers(session)), dict(_outcomes(session))
    more = [(code, label) for code, (label, _values) in (answers | outcomes).items()]
    values = {code: known for code, (_label, known) in outcomes.items()}
    return {"fact": [*named("fact", FACTS), *more], **values}


Named = tuple[str, tuple[str, list[tuple[str, str]]]]


def _answers(session: Session) -> Iterator[Named]:
    for published in current_forms(session).values():
        form = parse_form(published.xform)
        for one in proposals(form):
            if one.about == DWELLING:
                question = form.by_path[one.path].label(current_language()) or one.name
                yield ANSWER + one.name, (_("Earlier answer: %(question)s", question=question), [])


def _outcomes(session: Session) -> Iterator[Named]:
    for code, programme in load_programmes(session).items():
        name = pick(dict(programme.name))
        known = [(NO_CASE, _("no earlier case"))]
        known += [(one.code, pick(dict(one.name))) for one in programme.outcomes]
        yield OUTCOME + code, (_("How the last case in “%(name)s” ended", name=name), known)
