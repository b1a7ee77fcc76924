"""What papers tell of decisions: on an adaptation, on a place; to her, and in minutes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from visits.adaptations.commissions import as_minuted
from visits.adaptations.deciding import review_until
from visits.adaptations.files import label_of
from visits.adaptations.funding import plan_of
from visits.messages.ways import silent_because
from visits.models.adaptations import AdaptationDecision, AdaptationFile, Outcome, Priority, Step
from visits.models.admissions import Admission, AdmissionDecision, AdmissionStep
from visits.models.commissions import CommissionItem
from visits.models.funding import Payer, PayerStage
from visits.models.people import Person
from visits.models.portfolio import Dwelling
from webapp.frame.languages import pick
from webapp.office.frame.figures import euros
from webapp.office.papers.saying import Wording, headed, own_words, spoken_day, whom_to_ring
from webapp.words import word

Decision = AdaptationDecision | AdmissionDecision


@dataclass(frozen=True)
class Told:
    """A decision as papers tell it: of what, for whom, what came of it, why, what instead."""

    person: Person
    home: Dwelling | None
    reference: str
    asked_on: date
    what: str
    decision: Decision | None = None
    family: str = "adaptation"
    follows: str = ""
    again: str = ""
    beside: tuple[tuple[str, str], ...] = ()

    @property
    def outcome(self) -> str:
        """Give the outcome's word, as the office reads it."""
        decided = self.decision
        return word(f"{self.family}_outcome", decided.outcome) if decided else _("Not decided.")

    def why(self, *, plain: bool = False) -> list[str]:
        """Say why: the reason by its name, or `plain`, in a sentence for her; the explanation."""
        decided = self.decision
        if decided is None:
            return []
        family = f"{self.family}_reason{'_told' if plain else ''}"
        reason = [word(family, decided.reason)] if decided.reason else []
        return [*reason, *([decided.explanation] if decided.explanation else [])]

    def instead(self) -> list[str]:
        """Say what is offered instead, each with its name."""
        offered: Mapping[str, str] = (self.decision.instead if self.decision else None) or {}
        return [
            _("%(name)s: %(what)s", name=word(f"{self.family}_instead", kind), what=what)
            for kind, what in offered.items()
        ]


# By what was decided: the colour, the pictogram, and what is said to her.
_SAID = {
    ("adaptation", "granted"): ("good", "check-circle-fill", _l("We agree to these works.")),
    ("adaptation", "in_part"): (
        "accent",
        "circle-half",
        _l("We agree to a part of these works."),
    ),
    ("adaptation", "refused"): ("bad", "x-circle-fill", _l("We cannot do these works.")),
    ("admission", "accepted"): ("good", "check-circle-fill", _l("You are accepted.")),
    ("admission", "refused"): ("bad", "x-circle-fill", _l("We cannot offer you a place here.")),
}


def of_adaptation(
    session: Session,
    file: AdaptationFile,
    decision: AdaptationDecision | None,
    beside: tuple[int | None, Priority | None] = (None, None),
) -> Told:
    """Tell of an adaptation what was decided of it; minutes say its cost and priority `beside`."""
    until = review_until(session, file)
    works = decision is not None and decision.outcome is not Outcome.REFUSED
    cost, priority = beside
    told = [(_("Cost"), euros(cost))] if cost is not None else []
    if priority:
        told.append((_("Priority"), word("adaptation_priority", priority)))
    return Told(
        person=file.person,
        home=file.dwelling,
        reference=file.reference,
        asked_on=file.asked_on,
        what=pick(label_of(file)),
        decision=decision,
        follows=_follows(session, file) if works else "",
        again=_again(until, in_part=works) if until is not None else "",
        beside=tuple(told),
    )


def _again(until: date, *, in_part: bool) -> str:
    """Say until when what is refused may be looked at again: all of it, or a part."""
    said = {"day": spoken_day(until)}
    if in_part:
        part = _(
            "You may ask us to look again at what we refuse until %(day)s, before you agree to "
            "the rest: ring us or write to us.",
            **said,
        )
        return str(part)
    return str(
        _("You may ask us to look at it again until %(day)s: ring us or write to us.", **said)
    )


def _follows(session: Session, file: AdaptationFile) -> str:
    """Say what comes next of what is granted: her share where she has one, her own works."""
    if file.own_cost:
        own = _(
            "You may have them done by the company you named. Once they are done, you have two "
            "months to certify that they were done as you said."
        )
        return str(own)
    lines = plan_of(session, file).lines
    hers = next((one for one in lines if one.payer is Payer.TENANT), None)
    says = [_("Nothing is done without your agreement: we ask you before works begin.")]
    if hers is not None:
        share = euros(hers.planned_cents)
        says.append(
            _("Your share would be %(share)s: you tell us whether you agree to it.", share=share)
            if hers.stage is PayerStage.ASKED
            else _("Your share is %(share)s, as you agreed.", share=share)
        )
    return " ".join(says)


def of_item(session: Session, item: CommissionItem) -> Told:
    """Tell of an adaptation as the minutes of a commission do: once closed, what was known then."""
    return of_adaptation(session, item.file, item.decided, as_minuted(session, item))


def of_admission(admission: Admission, decision: AdmissionDecision | None, programme: str) -> Told:
    """Tell of an admission what was decided of it."""
    return Told(
        person=admission.person,
        home=admission.case.dwelling,
        reference=admission.reference,
        asked_on=admission.asked_on,
        what=programme,
        decision=decision,
        family="admission",
        follows=_("You are on the waiting list. We write to you as soon as there is a place.")
        if admission.step is AdmissionStep.WAITING
        else "",
        again=_("You may ask us to look at it again: ring us or write to us, and say what is new.")
        if admission.step is AdmissionStep.REFUSED
        else "",
    )


def letter_of(
    session: Session, told: Told, decision: Decision, wording: Wording | None = None
) -> dict[str, Any]:
    """Say what the letter of a decision tells her, in the language of the moment."""
    landlord = told.person.landlord
    tone, icon, says = _SAID[told.family, decision.outcome]
    own = own_words(session, landlord.id, wording)
    number = _("Say the number %(reference)s.", reference=told.reference)
    parts = (
        ("question-circle", _("Why"), told.why(plain=True)),
        ("house-heart", _("What we offer you instead"), told.instead()),
        ("calendar-check", _("What comes next"), [told.follows]),
        ("person-heart", _("If you do not agree"), [told.again]),
        ("telephone-fill", _("Whom to ring"), [whom_to_ring(own.ring, landlord.name), number]),
    )
    return headed(session, _("Our decision"), landlord, ends="letter", said=wording) | {
        "to": "\n".join(_addressed(session, told)),
        "about": [
            (_("What it is about"), told.what),
            (_("Day of the request"), spoken_day(told.asked_on)),
            (_("Day of the decision"), spoken_day(decision.move.at)),
        ],
        "tone": tone,
        "icon": icon,
        "decided": str(says),
        "parts": [
            {"icon": icon, "title": title, "lines": lines}
            for icon, title, lines in parts
            if any(lines)
        ],
    }


def _addressed(session: Session, told: Told) -> list[str]:
    """Give whom it is to; the address only of somebody to whom something written may come."""
    if told.home is None or silent_because(session, told.person):
        return [told.person.name]
    stands = told.home.residence
    return [told.person.name, stands.address, f"{stands.postcode} {stands.city}"]


def minuted(told: Iterable[Told]) -> list[dict[str, Any]]:
    """Give the decisions of a commission as its minutes print them, without who is protected."""
    open_ = [one for one in told if not one.person.protected]
    return [
        {
            "title": f"{place}. {one.reference}",
            "about": [
                (_("Person"), one.person.name),
                (_("Asks for"), one.what),
                *one.beside,
                (_("What is decided"), one.outcome),
                *_decided_on(one),
            ],
            "lines": [*one.why(), *one.instead()],
        }
        for place, one in enumerate(open_, 1)
    ]


def _decided_on(told: Told) -> list[tuple[str, str]]:
    """Say on which day it was decided: not always the commission's."""
    made = told.decision
    return [(_("Day of the decision"), spoken_day(made.move.at))] if made is not None else []


def also_asked(files: Iterable[AdaptationFile], *, after: int) -> list[dict[str, Any]]:
    """Give what a commission asks for as its minutes print it, numbered on.

    Never what it took back, nor who is protected.
    """
    open_ = [one for one in files if one.step is not Step.WITHDRAWN and not one.person.protected]
    return [
        {
            "title": f"{place}. {one.reference}",
            "about": [
                (_("Person"), one.person.name),
                (_("The commission asks for"), pick(label_of(one)).replace("**", "")),
            ],
            "lines": [one.wish] if one.wish else [],
        }
        for place, one in enumerate(open_, after + 1)
    ]
