"""What messages say: the product's words, a programme's or a landlord's, filled with what is so.

A job speaks outside of any page: the language is the reader's, given with the message.
"""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from babel.dates import format_date, format_datetime
from sqlalchemy.orm import Session

from diagnostics.codes import TRADES
from diagnostics.delays import PARIS
from visits.ground.deadlines import midnight_in_paris
from visits.messages.kinds import EMAIL, TEXT, places_of
from visits.messages.of_orders import Day, day_named, day_of
from visits.messages.wording import Spot, said_in
from visits.models.accounts import Organisation, User
from visits.models.admissions import Admission
from visits.models.cases import Case
from visits.models.messages import Message, MessageChannel, MessageKind
from visits.models.papers import PaperField
from visits.models.people import Person
from visits.models.visits import Visit
from visits.models.works import WorkOrder
from visits.papers.wording import wording_of
from visits.programmes.published import find_programme, programme_of
from visits.works.giving import standing_link
from webapp.office.messages.product_words import LONG, SHORT

# No subject says for whom it is or what it is about: it shows on a locked screen.
SUBJECTS = {"fr": "Un message pour vous", "en": "A message for you"}
ACCOUNT_SUBJECTS = {
    "fr": {
        MessageKind.TO_CONCLUDE: "Une visite attend sa conclusion",
        MessageKind.DIGEST: "Ce qui vous attend dans Palier",
    },
    "en": {
        MessageKind.TO_CONCLUDE: "A visit waits for its conclusion",
        MessageKind.DIGEST: "What waits for you in Palier",
    },
}
# What opens something of hers alone stands in what she gets, and here for whoever reads it since.
HER_LINK = {"fr": "[un lien pour elle seule]", "en": "[a link for her alone]"}
PARTS = {
    "fr": {"morning": "au matin", "afternoon": "dans l’après-midi"},
    "en": {"morning": "in the morning", "afternoon": "in the afternoon"},
}
WEEK = timedelta(days=7)
_GAP = re.compile(r"\n{3,}")


@dataclass(frozen=True)
class Said:
    """What a message says; `subject` is empty where its channel has none.

    `link` opens something of hers alone: `text` is what others may read.
    """

    subject: str
    text: str
    link: str = ""

    @property
    def as_sent(self) -> str:
        """Give it as she gets it."""
        said = self.text
        for mark in HER_LINK.values() if self.link else ():
            said = said.replace(mark, self.link)
        return said


def own_words(kind: MessageKind, channel: MessageChannel, language: str) -> str:
    """Give the product's own words for a kind of message."""
    return (SHORT if channel is TEXT else LONG)[language][kind]


def said_by(session: Session, message: Message, *, address: str = "") -> Said:
    """Say a message: the words that went out, else those that would now.

    `address` is where the office is, for links to it.
    """
    subject = _subject(message)
    if message.body is not None:
        return Said(subject, message.body)
    words = _words(session, message)
    said = _filled(words, _facts(session, message, address), message.channel)
    return Said(subject, said, message.facts.get("link", ""))


def tried_words(session: Session, spot: Spot, words: str, visit: Visit | None) -> str:
    """Say some words as they would be said of a visit, or of nobody's."""
    facts = dict.fromkeys(places_of(spot.kind, spot.channel), "…")
    if "programme" in facts:
        facts["programme"] = find_programme(session, str(spot.whose)).name[spot.language]
    if visit is not None:
        case = session.get_one(Case, visit.case_id)
        facts |= _of_case(session, case, spot.language)
        facts |= _of_visit(session, visit, visit.planned_start_at, spot.language)
        facts |= _of_moment("former_", visit.planned_start_at, spot.language)
    own = own_words(spot.kind, spot.channel, spot.language)
    return _filled(words or own, facts, spot.channel)


def tried_on_works(
    session: Session, spot: Spot, words: str, order: WorkOrder | None, *, at: datetime
) -> str:
    """Say some words of a landlord as they would be said of an order, or of made-up works.

    `at` is the moment from which days are made up, as the day before of an order that was never
    moved.
    """
    language, part = spot.language, PARTS[spot.language]
    landlord = session.get_one(Organisation, spot.whose)
    facts = dict.fromkeys(places_of(spot.kind, spot.channel), "…")
    facts |= _of_landlord(session, landlord, language)
    facts |= {
        "company": landlord.name,
        "former_day": spoken_day(at + WEEK, language),
        "former_part": part["afternoon"],
        "day": spoken_day(at + 2 * WEEK, language),
        "part": part["morning"],
        "works": TRADES["plumbing"].in_language(language).lower(),
    }
    if order is not None:
        facts |= _of_works(session, landlord, order, {"": day_of(order)}, language)
        facts |= {"name": order.person.name} if order.person is not None else {}
    own = own_words(spot.kind, spot.channel, language)
    return _filled(words or own, facts, spot.channel)


def _filled(words: str, facts: Mapping[str, str], channel: MessageChannel) -> str:
    """Fill words in; a place of which nothing is known leaves no gap."""
    said = _GAP.sub("\n\n", words.format_map(facts)).strip()
    # One sign that plain text messages lack makes them more than twice as dear.
    return said.replace("\u00a0", " ").replace("’", "'") if channel is TEXT else said


def spoken_day(at: datetime, language: str) -> str:
    """Write a day as it is read aloud: `jeudi 12 novembre 2026`."""
    return str(format_date(at.astimezone(PARIS).date(), "EEEE d MMMM y", locale=language))


def _subject(message: Message) -> str:
    if message.channel is not EMAIL:
        return ""
    to_account = ACCOUNT_SUBJECTS[message.language]
    return to_account.get(message.kind, SUBJECTS[message.language])


def _words(session: Session, message: Message) -> str:
    own = own_words(message.kind, message.channel, message.language)
    whose = _whose_words(session, message)
    if whose is None:
        return own
    return said_in(session, Spot(whose, message.kind, message.channel, message.language)) or own


def _whose_words(session: Session, message: Message) -> str | uuid.UUID | None:
    """Give who may say a message in own words: of works the landlord, else the programme."""
    if message.person_id is None:
        return None
    if message.work_order_id is not None:
        return session.get_one(Person, message.person_id).landlord_id
    return session.get_one(Case, message.case_id).programme


def _facts(session: Session, message: Message, address: str) -> Mapping[str, str]:
    told, language = message.facts, message.language
    facts = dict.fromkeys(places_of(message.kind, message.channel), "")
    if message.case_id is not None:
        facts |= _of_case(session, session.get_one(Case, message.case_id), language)
    if message.visit_id is not None:
        visit = session.get_one(Visit, message.visit_id)
        facts |= _of_visit(session, visit, datetime.fromisoformat(told["start_at"]), language)
        facts["visitor"] = session.get_one(User, uuid.UUID(told["visitor_id"])).name
    if message.work_order is not None and message.person is not None:
        days = {which: day_named(message, which) for which in ("", "former_")}
        landlord = message.person.landlord
        facts |= _of_works(session, landlord, message.work_order, days, language)
        facts["name"] = message.person.name
    if "admission" in told and message.case is not None:
        facts |= _of_admission(session, message.case, told, language)
    if "until" in told:
        facts["link"] = HER_LINK[language]
        facts["until"] = spoken_day(datetime.fromisoformat(told["until"]), language)
    if told.get("former_at"):
        facts |= _of_moment("former_", datetime.fromisoformat(told["former_at"]), language)
    if message.user_id is not None:
        facts["name"] = session.get_one(User, message.user_id).name
        place = f"/visits/{message.visit_id}" if message.visit_id else "/messages/"
        facts["link"] = f"{address.rstrip('/')}{place}"
        facts |= {name: str(told[name]) for name in ("letters", "failed") if name in told}
    return facts


def _of_works(
    session: Session,
    landlord: Organisation,
    order: WorkOrder,
    days: Mapping[str, Day | None],
    language: str,
) -> dict[str, str]:
    with_whom = order.given_to or standing_link(session, order)
    facts = _of_landlord(session, landlord, language)
    facts["works"] = TRADES[order.trade].in_language(language).lower()
    facts["company"] = with_whom.name if with_whom is not None else facts["landlord"]
    for which, day in days.items():
        if day is not None:
            facts[f"{which}day"] = spoken_day(day.begins_at, language)
            facts[f"{which}part"] = _spoken_part(day.part, language)
    return facts


def _spoken_part(part: str, language: str) -> str:
    """Write a part of a day or an hour as it follows a day: `le matin`, `à 14 h 30`."""
    if part in PARTS[language]:
        return PARTS[language][part]
    hour, minutes = part.split(":")
    if language == "fr":
        return f"à {int(hour)}\u00a0h" + ("" if minutes == "00" else f"\u00a0{minutes}")
    return f"at {part}"


def _of_case(session: Session, case: Case, language: str) -> dict[str, str]:
    return _of_person(session, session.get_one(Person, case.person_id), language)


def _of_person(session: Session, person: Person, language: str) -> dict[str, str]:
    return {"name": person.name, **_of_landlord(session, person.landlord, language)}


def _of_landlord(session: Session, landlord: Organisation, language: str) -> dict[str, str]:
    ring = wording_of(session, landlord.id).get(PaperField(f"ring_{language}"), "")
    return {"landlord": landlord.name, "ring": ring}


def _of_visit(session: Session, visit: Visit, at: datetime, language: str) -> dict[str, str]:
    visitor = session.get_one(User, visit.visitor_id)
    return {"visitor": visitor.name, **_of_moment("", at, language)}


def _of_admission(
    session: Session, case: Case, told: Mapping[str, str], language: str
) -> dict[str, str]:
    """Say what a letter about a place speaks of: its words as they are, its days as one reads."""
    admission = session.get_one(Admission, uuid.UUID(told["admission"]))
    facts = {name: told[name] for name in ("why", "instead", "place") if name in told}
    days = {"answer_by": admission.due_on, "listed_on": admission.listed_on}
    facts |= {
        name: spoken_day(midnight_in_paris(day), language) for name, day in days.items() if day
    }
    programme = programme_of(session, case)
    return facts | {"programme": programme.name[language] if programme else ""}


def _of_moment(which: str, at: datetime, language: str) -> dict[str, str]:
    there = at.astimezone(PARIS)
    clock = "H\u00a0'h'\u00a0mm" if language == "fr" else "HH:mm"
    return {
        f"{which}day": spoken_day(at, language),
        f"{which}time": format_datetime(there, clock, locale=language),
    }
