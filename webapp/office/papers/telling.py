"""The report of a visit for whom it visited: what it says, in plain words of one language."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from diagnostics.codes import Kind
from visits.following.kinds import Opened
from visits.intake.kit_savings import savings_told
from visits.intake.leaving import Line, lines_for
from visits.models.papers import PaperField
from visits.models.reports import ReportReader
from visits.models.visits import Visit
from visits.models.works import URGENT
from visits.stock.bags import fitted_at
from webapp.frame.languages import pick
from webapp.frame.transaction import now
from webapp.office.frame.codes import coded
from webapp.office.papers.saying import (
    about_visit,
    frame_of,
    own_words,
    saved_lines,
    spoken_day,
    spoken_moment,
    whom_to_ring,
)
from webapp.words import word, words_of

TENANT = "tenant"
# From any telephone in France, and by text message for who cannot hear or speak.
EMERGENCY = {"112": "112", "fire": "18", "ambulance": "15", "text": "114"}


def report_of(
    session: Session,
    visit: Visit,
    reader: ReportReader,
    *,
    wording: Mapping[PaperField, str] | None = None,
) -> dict[str, Any]:
    """Say what the report tells a reader, in the language of the moment.

    In the landlord's own words where it has some: those that stand, or the `wording` to try.
    """
    lines = lines_for(session, visit, reader)
    landlord = visit.case.person.landlord
    own = own_words(session, landlord.id, wording)
    return frame_of(_("Report of your visit"), landlord.name, logo=own.logo) | {
        "opening": own.opening,
        "about": list(about_visit(visit)),
        "urgent": _urgent(lines),
        "parts": [part for part in _parts(session, visit, lines) if part["items"]],
        "ring": {"title": _("Whom to ring"), "lines": _ring(visit, own.ring)},
        "small": own.closing
        or _(
            "This paper is yours: you alone decide who reads it. What we keep of the visit you may "
            "read, correct or have removed: ask us."
        ),
    }


def _urgent(lines: Sequence[Line]) -> list[dict[str, Any]]:
    waiting = [line for line in lines if line.finding.severity in URGENT and _is_open(line)]
    if not waiting:
        return []
    help_ = _(
        "In danger, ring %(any)s from any telephone. Fire: %(fire)s. Ambulance: %(ambulance)s. By "
        "text message, if you cannot hear or speak: %(text)s.",
        any=EMERGENCY["112"],
        fire=EMERGENCY["fire"],
        ambulance=EMERGENCY["ambulance"],
        text=EMERGENCY["text"],
    )
    return [{"title": _("Urgent"), "lines": [*(_says(line) for line in waiting), help_]}]


def _is_open(line: Line) -> bool:
    return line.opened is None or line.opened.kind.is_open(line.opened.thing)


def _parts(session: Session, visit: Visit, lines: Sequence[Line]) -> Iterator[dict[str, Any]]:
    """Give the parts in the order in which they are read aloud."""
    of = {name: [line for line in lines if _part_of(line) == name] for name in PARTS}
    still = [line for line in of["contact"] if _is_open(line)]
    yield _part("tools", _("What we saw, and what we do"), of["ours"])
    yield _part("hand-thumbs-up", _("What you can do yourself"), of["yours"])
    yield _kit(session, visit, of["kit"])
    yield _part("calendar-check", _("When we are in touch again"), still)
    yield _part("person-heart", _("Who else may help, as you agreed"), of["others"])


def _kit(session: Session, visit: Visit, kit: Sequence[Line]) -> dict[str, Any]:
    """Say how many of each item were fitted, as the receipt counts them: two forms may tell one."""
    part = _part("house-heart", _("What we fitted"), (), _saved(session, visit, kit))
    items = fitted_at(session, visit.id) if kit else {}
    part["items"] = [
        {
            "tone": "severity-P",
            "word": "",
            "says": _("%(name)s: %(what)s", name=coded(Kind.KIT, item), what=count),
            "facts": [],
        }
        for item, count in items.items()
    ]
    return part


PARTS = ("ours", "yours", "kit", "contact", "others")
_BY_KIND = {
    Kind.KIT: "kit", Kind.FOLLOW_UP: "contact", Kind.REFERRAL: "others", Kind.ADVICE: "yours"
}  # fmt: skip


def _part_of(line: Line) -> str:
    finding = line.finding
    return _BY_KIND.get(Kind(finding.kind)) or ("yours" if finding.owner == TENANT else "ours")


def _part(icon: str, title: str, lines: Sequence[Line], intro: str = "") -> dict[str, Any]:
    return {"icon": icon, "title": title, "intro": intro, "items": [_item(one) for one in lines]}


def _item(line: Line) -> dict[str, Any]:
    """Say one thing: how urgent, what, who does what by when, how it stands."""
    tone, said = _badge(line)
    return {
        "tone": tone,
        "word": said,
        "says": _says(line),
        "facts": list(_facts(line)),
    }


def _badge(line: Line) -> tuple[str, str]:
    """Give a tone and its word: how urgent it is, or what became of it."""
    severity = line.finding.severity
    if _part_of(line) == "kit" or severity is None:
        return "severity-P", ""
    if not _is_open(line):
        return "severity-P", _state(line)
    return f"severity-{severity}", word("paper_urgency", severity)


def _says(line: Line) -> str:
    """Say what was found as the form does; of calls and of others, what they mean for her."""
    finding = line.finding
    if finding.kind == Kind.FOLLOW_UP:
        return word("paper_contact", finding.code)
    if finding.kind == Kind.REFERRAL:
        return coded(finding.kind, finding.code)
    return pick(finding.label).replace("**", "")


def _facts(line: Line) -> Iterator[tuple[str, str]]:
    part, finding, opened = _part_of(line), line.finding, line.opened
    if not _is_open(line):
        yield from _number(opened)
        return
    if part == "ours":
        yield _("Who acts"), word("paper_owner", finding.owner or "landlord")
        does = _does(line)
        if does in words_of("paper_does") and not line.refused:
            yield _("What we do"), word("paper_does", does)
    due = _due(line)
    if due is not None and due >= now():
        name = _("On about") if part == "contact" else _("At the latest")
        yield name, spoken_moment(due) if finding.severity in URGENT else spoken_day(due)
    if part == "ours":
        late = due is not None and due < now()
        state = _("We are late: please ring us.") if late else _state(line)
        if state:
            yield _("Where it stands"), state
    yield from _number(opened)


def _does(line: Line) -> str:
    """Name what we do: of what has its own words once it is granted, by where it stands."""
    if line.opened is None:
        return str(line.finding.kind)
    code = line.opened.kind.code
    as_it_stands = f"{code}_{line.opened.thing.state}"
    return as_it_stands if as_it_stands in words_of("paper_does") else code


def _number(opened: Opened | None) -> Iterator[tuple[str, str]]:
    reference = getattr(opened.thing, "reference", "") if opened is not None else ""
    if reference:
        yield _("Number to give us"), reference


def _due(line: Line) -> datetime | None:
    """Give by when, of what is still to be done."""
    if _part_of(line) == "kit" or line.refused:
        return None
    if line.opened is not None:
        return line.opened.kind.told(line.opened.thing).due_at
    return line.finding.due_at


def _state(line: Line) -> str:
    if line.refused:
        return word("paper_state", "unwanted")
    if line.opened is None:
        return ""
    kind, state = line.opened.kind, str(line.opened.thing.state)
    plain = words_of("paper_state").get(state)
    return str(plain) if plain is not None else word(kind.states, state)


def _saved(session: Session, visit: Visit, kit: Sequence[Line]) -> str:
    """Say what the kit saves a year, between two bounds; nothing where it is not known."""
    return "\n".join(saved_lines(savings_told(session, visit))) if kit else ""


def _ring(visit: Visit, own: str) -> list[str]:
    name = visit.case.person.landlord.name
    return [
        whom_to_ring(own, name),
        str(_("Say that it is about the visit of %(name)s.", name=visit.visitor.name)),
    ]
