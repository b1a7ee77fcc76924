"""Persons: finding one, and her file: what is kept, who may see it, who looked."""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.adaptations.files import files_of, label_of
from visits.admissions.requests import admissions_of
from visits.calls.phones import WHOSE_LENGTH
from visits.cases.cases import NOTE_LENGTH
from visits.cases.holding import held_among, is_held_or_promised
from visits.cases.owners import left_among
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.ground.numbers import typed_number
from visits.homes.needs import needs_of
from visits.life.arrivals import ROLES
from visits.life.deaths import what_was_promised
from visits.life.events import WHY_LENGTH, events_of
from visits.life.likely_doubles import told_apart_from
from visits.life.merging import may_undo, merges_of
from visits.life.moves import WHERE_TO_LENGTH
from visits.life.separations import parted_with
from visits.life.taking_back import to_take_back
from visits.models.adaptations import AdaptationFile
from visits.models.calls import WishKind
from visits.models.cases import Case
from visits.models.documents import DocumentKind
from visits.models.people import AlertCode, Person
from visits.models.referrals import Referral
from visits.models.transfers import TransferWish
from visits.people.ahead import what_is_ahead
from visits.people.alone import alone_said, still_holds
from visits.people.answers import answers_about
from visits.people.autonomy import standing_autonomy
from visits.people.by_hand import NAME_LENGTH, PersonSaid, alike, corrections_of, standing
from visits.people.call_wishes import programmes_seen, standing_wishes
from visits.people.documents import TITLE_LENGTH
from visits.people.external_scores import ToldScore, external_scores, record_external_score
from visits.people.measures import alert_kind
from visits.people.part_refusals import refusals_told
from visits.people.people import named_for, person_file, users_to_name, with_homes
from visits.people.phones import numbers_of
from visits.people.protection import living_with
from visits.people.roles import ROLES as HOUSEHOLD_ROLES
from visits.people.roles import role_changes, standing_roles
from visits.programmes.facts import lives_alone
from visits.programmes.published import (
    WAYS_BY_HAND,
    load_programmes,
    open_to_requests,
    programme_of,
)
from visits.referrals.referrals import label_of as asked_of
from visits.referrals.referrals import referrals_of
from visits.sight import find_person
from visits.sight.homes import homes_named
from visits.sight.search import search_people
from visits.stays.stays import stays_of
from visits.transfers.wishes import wishes_of
from webapp.access.auth import Action, may, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.languages import day, pick
from webapp.frame.transaction import now, transaction
from webapp.office.frame.access import showing
from webapp.office.frame.listing import wanted
from webapp.office.frame.moments import age, day_of, typed_day
from webapp.office.frame.programmes import facts_named, programme_names
from webapp.office.people.beside import contacts_shown
from webapp.office.people.papers import papers_shown
from webapp.office.people.timeline import shown_timeline
from webapp.office.people.written import written_shown
from webapp.words import named as named_words

people = Blueprint("people", __name__, url_prefix="/people")

LONGEST_SEARCH = 100
REFERENCE_LENGTH = 40
LENGTHS = {
    "title_length": TITLE_LENGTH,
    "whose_length": WHOSE_LENGTH,
    "motive_length": NOTE_LENGTH,
    "name_length": NAME_LENGTH,
    "reference_length": REFERENCE_LENGTH,
    "why_length": WHY_LENGTH,
    "where_to_length": WHERE_TO_LENGTH,
}
# Names to choose from; any other may be typed.
KNOWN_SCORES = ("GIR", "FRAGIRE", "Tinetti", "SEGA", "TUG", "MMSE", "GDS")


@people.get("/")
@requires(Action.SEE_PERSONS)
def index() -> ResponseReturnValue:
    """Find persons by name, dwelling, address, phone, birth date, order; homes by reference."""
    text = request.args.get("q", "")[:LONGEST_SEARCH].strip()
    with showing("people_search") as (session, shown):
        listed, near = search_people(session, viewer(), text, wanted=wanted(), options=with_homes())
        shown.update(person.id for person in listed.rows)
        sees_homes = bool(text) and may(Action.SEE_HOMES)
        homes = homes_named(session, viewer(Action.SEE_HOMES), text) if sees_homes else None
        return render_template(
            "people/index.html", listed=listed, near=near, text=text, homes=homes, age=age
        )


@people.get("/<uuid:person_id>")
@requires(Action.SEE_PERSONS)
def show(person_id: uuid.UUID) -> ResponseReturnValue:
    """Show all that is kept about a person."""
    with showing("person_file") as (session, shown):
        person = find_person(session, viewer(), person_id)
        shown.add(person.id)
        return _page(session, person, shown)


@people.post("/<uuid:person_id>/scores")
@requires(Action.RECORD_SCORES)
def record_score(person_id: uuid.UUID) -> ResponseReturnValue:
    """Keep a score somebody else established."""
    try:
        with transaction() as session:
            person = find_person(session, viewer(), person_id, to_change=True)
            told = _typed_score()
            record_external_score(session, person, told, by=viewer().user_id, now=now())
    except Invalid as refused:
        return refused_on_page(person_id, refused)
    flash(_("The score is kept, as it was told."), "success")
    return redirect(url_for(".show", person_id=person_id))


def _typed_score() -> ToldScore:
    typed = {name: text.strip() for name, text in request.form.items()}
    wrong = {name: "required" for name in ("score", "assessed_on") if not typed.get(name)}
    numbers: dict[str, float | None] = {}
    for name in ("score", "maximum"):
        try:
            numbers[name] = typed_number(typed[name]) if typed.get(name) else None
        except ValueError:
            wrong[name] = "bad_score"
    try:
        assessed_on = typed_day(typed.get("assessed_on", ""))
    except ValueError:
        wrong.setdefault("assessed_on", "bad_date")
    if wrong:
        raise Invalid(wrong)
    score = numbers["score"]
    assert score is not None  # it was required above
    return ToldScore(
        name=typed.get("name", ""),
        version=typed.get("version", ""),
        score=score,
        maximum=numbers["maximum"],
        author=typed.get("author", ""),
        assessed_on=assessed_on,
    )


def refused_on_page(person_id: uuid.UUID, refused: Invalid | Conflict) -> ResponseReturnValue:
    """Show a person's page again and why a change of it was refused."""
    errors, said = told(refused)
    with showing("person_file") as (session, shown):
        person = find_person(session, viewer(), person_id)
        shown.add(person.id)
        return _page(session, person, shown, errors=errors, said=said), 422 if errors else 409


def told(refused: Invalid | Conflict) -> tuple[dict[str, str], str]:
    """Say a refusal: field by field, or in one sentence when it is about none."""
    fields = getattr(refused, "fields", {})
    details = {
        name: facts_named(value) if name == "facts" and isinstance(value, tuple) else value
        for name, value in refused.details.items()
    }
    errors = {name: sentence(code, details) for name, code in fields.items()}
    return errors, "" if errors else sentence(refused.code, details)


def day_or_text(text: str) -> str:
    """Write a day that was kept as text as a reader writes it; anything else stays."""
    try:
        return day(date.fromisoformat(text)) if len(text) == len("1941-05-17") else text
    except ValueError:
        return text


def _reaches(session: Session, action: Action, person: Person) -> bool:
    """Tell whether the viewer may do an action with this very person."""
    if not may(action):
        return False
    try:
        return find_person(session, viewer(action), person.id) is person
    except NotFound:
        return False


def _open_to(session: Session, person: Person, cases: Sequence[Case]) -> list[str]:
    """Name the programmes in which a case may be opened for her by hand now."""
    if person.died_on is not None or not _reaches(session, Action.ENROL, person):
        return []
    taken = {case.programme for case in cases if case.is_open}
    return [code for code in open_to_requests(session) if code not in taken]


def _page(
    session: Session,
    person: Person,
    shown: set[uuid.UUID | None],
    *,
    errors: dict[str, str] | None = None,
    said: str = "",
) -> str:
    file = person_file(session, viewer(Action.SEE_PERSONS), person)
    shown.update(other.id for other in file.household)
    corrections = corrections_of(session, person.id)
    may_edit = _reaches(session, Action.EDIT_PERSONS, person)
    return render_template(
        "people/show.html",
        file=file,
        person=person,
        refusals=refusals_told(session, person),
        numbers=numbers_of(session, person),
        call_wishes=standing_wishes(session, viewer(Action.SEE_PERSONS), person.id),
        wish_programmes=programmes_seen(session, viewer(Action.SEE_PERSONS), person.id),
        wish_kinds=list(WishKind),
        may_call=person.died_on is None and _reaches(session, Action.CALL, person),
        may_edit=may_edit,
        corrections=corrections,
        standing=standing(corrections),
        scores=external_scores(session, person) if may(Action.SEE_ANSWERS) else [],
        known=answers_about(session, viewer(Action.SEE_ANSWERS), person)
        if may(Action.SEE_ANSWERS)
        else [],
        autonomy=standing_autonomy(session, person) if may(Action.RECORD_SCORES) else None,
        needs=needs_of(session, person.id) if may(Action.SUPPORT) else None,
        known_scores=KNOWN_SCORES,
        alert_codes=list(AlertCode),
        alert_kind=alert_kind,
        day_now=day_of(now()),
        typed=request.form,
        errors=errors or {},
        said=said,
        age=age,
        papers=papers_shown(session, person, may_add=may_edit),
        document_kinds=list(DocumentKind),
        shown_timeline=shown_timeline(session, person),
        **LENGTHS,
        **contacts_shown(session, person, shown, known="contact_known" in (errors or {})),
        adaptations=_adaptations(session, person),
        referrals=_referrals(session, person),
        transfers=_transfers(session, person),
        stays=stays_of(session, viewer(Action.SEE_PERSONS), person),
        admissions=admissions_of(session, viewer(Action.SUPPORT), person),
        **written_shown(session, person),
        **_cases(session, person, file.cases),
        **_roles(session, person),
        **_life(session, person, shown),
        **_merges(session, person),
        **_protection(session, person, shown),
    )


def _cases(session: Session, person: Person, cases: Sequence[Case]) -> dict[str, Any]:
    """Give what the page says of her cases: what is next in each, where another may be opened."""
    eyes = viewer(Action.DO_TASKS)
    told = None if may(Action.SEE_CASES) else is_held_or_promised(session, eyes)
    ahead = {} if person.died_on else what_is_ahead(session, cases, told=told)
    tasks = [task for next in ahead.values() for task in next.tasks]
    return {
        "programme_names": programme_names(session),
        "programme_of": {case.id: programme_of(session, case) for case in cases},
        "ahead": ahead,
        "left": left_among(session, tasks, now=now()),
        "held_tasks": held_among(session, eyes, tasks),
        "open_to": (open_to := _open_to(session, person, cases)),
        "motives": _motives(session, open_to),
        "ways_by_hand": named_words("way_in", WAYS_BY_HAND),
    }


def _motives(session: Session, codes: Sequence[str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Give the motives of some programmes to choose from: of each that lists any, its own."""
    every = load_programmes(session)
    return [
        (code, [(f"{code}.{one.code}", pick(dict(one.name))) for one in every[code].motives])
        for code in codes
        if every[code].motives
    ]


def _adaptations(session: Session, person: Person) -> list[tuple[AdaptationFile, dict[str, str]]]:
    """Give what is asked to be changed in her home, to those who follow it."""
    if not may(Action.FOLLOW_ADAPTATIONS):
        return []
    files = files_of(session, viewer(Action.FOLLOW_ADAPTATIONS), person=person)
    return [(one, label_of(one)) for one in files]


def _referrals(session: Session, person: Person) -> list[tuple[Referral, dict[str, str]]]:
    """Give what is asked of others for her, or by others, to those who follow it."""
    if not may(Action.FOLLOW_REFERRALS):
        return []
    hers = referrals_of(session, viewer(Action.FOLLOW_REFERRALS), person)
    return [(one, asked_of(one)) for one in hers]


def _transfers(session: Session, person: Person) -> Sequence[TransferWish]:
    """Give her wishes to move, to those who follow adaptations."""
    if not may(Action.FOLLOW_ADAPTATIONS):
        return []
    return wishes_of(session, viewer(Action.FOLLOW_ADAPTATIONS), person)


def _roles(session: Session, person: Person) -> dict[str, Any]:
    """Give what was said by hand of her household: her roles, and whether she lives alone."""
    changes = role_changes(session, viewer(Action.SEE_PERSONS), person)
    said = alone_said(session, viewer(Action.SEE_PERSONS), person)
    return {
        "role_changes": changes,
        "standing_roles": standing_roles(changes),
        "household_roles": HOUSEHOLD_ROLES,
        "lives_alone": lives_alone,
        "alone_said": said,
        "alone_holds": still_holds(said),
    }


def _life(session: Session, person: Person, shown: set[uuid.UUID | None]) -> dict[str, Any]:
    """Give what the page says of her life, with who is to be told of what still stands."""
    events = events_of(session, person.id)
    seen = viewer(Action.SEE_PERSONS)
    parted = parted_with(session, seen, events)
    shown.update(other.id for others in parted.values() for other in others)
    return {
        "events": events,
        "parted": parted,
        "to_take_back": to_take_back(session, seen, events),
        "promised": {one.id: what_was_promised(session, seen, one) for one in events if one.stands},
        "may_note_life": _reaches(session, Action.NOTE_LIFE_EVENTS, person),
        "roles": ROLES,
    }


def _merges(session: Session, person: Person) -> dict[str, Any]:
    """Give which files were merged into hers, and how many more may be of the same person."""
    merges = merges_of(session, person)
    same = 0
    if may(Action.EDIT_PERSONS):
        said = PersonSaid(person.last_name, person.first_name, person.civility, person.born_on)
        found = alike(session, viewer(Action.EDIT_PERSONS), said)
        hers = [one for one in found if one.landlord_id == person.landlord_id]
        apart = told_apart_from(session, person.id) | {person.id}
        same = len([one for one in hers if one.id not in apart])
    return {"merges": merges, "to_undo": may_undo(merges, now=now()), "same": same}


def _protection(session: Session, person: Person, shown: set[uuid.UUID | None]) -> dict[str, Any]:
    """Give who sees her file, to those who decide of it."""
    if not may(Action.PROTECT_PERSONS):
        return {"named": [], "living_there": [], "to_name": []}
    named = named_for(session, person)
    living_there = living_with(session, person, seen_by=viewer().user_id)
    shown.update(other.id for other in living_there if person.protected)
    to_name = [user for user in users_to_name(session, person) if user not in named]
    return {"named": named, "living_there": living_there, "to_name": to_name}
