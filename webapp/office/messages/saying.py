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
from visits.messages.kinds import EMAIL, TEXT, places_of
from visits.messages.of_orders import Day, day_named, day_of
from visits.messages.wording import Spot, said_in
from visits.models.accounts import Organisation, User
from visits.models.cases import Case
from visits.models.messages import Message, MessageChannel, MessageKind
from visits.models.papers import PaperField
from visits.models.people import Person
from visits.models.visits import Visit
from visits.models.works import WorkOrder
from visits.papers.wording import wording_of
from visits.works.giving import standing_link

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
K = MessageKind
PARTS = {
    "fr": {"morning": "au matin", "afternoon": "dans l’après-midi"},
    "en": {"morning": "in the morning", "afternoon": "in the afternoon"},
}
WEEK = timedelta(days=7)
_GAP = re.compile(r"\n{3,}")
LONG = {
    "fr": {
        K.CONFIRMED: "Bonjour,\n\nNous venons vous voir le {day} à {time}.\n{visitor} viendra chez"
        " vous.\n\nSi ce jour ne vous va pas, appelez-nous : nous en choisirons un autre"
        " ensemble.\n\n{ring}\n\n{landlord}",
        K.MOVED: "Bonjour,\n\nNotre visite du {former_day} à {former_time} change.\n\nNous venons"
        " maintenant le {day} à {time}.\n{visitor} viendra chez vous.\n\nSi ce jour ne vous va"
        " pas, appelez-nous.\n\n{ring}\n\n{landlord}",
        K.CANCELLED: "Bonjour,\n\nNotre visite du {day} à {time} n’aura pas lieu.\n\nVous n’avez"
        " rien à faire. Pour choisir un autre jour, appelez-nous.\n\n{ring}\n\n{landlord}",
        K.REMINDER: "Bonjour,\n\nNous venons vous voir le {day} à {time}.\n{visitor} viendra chez"
        " vous.\n\nSi vous ne pouvez pas, appelez-nous.\n\n{ring}\n\n{landlord}",
        K.ABSENCE_CARD: "Bonjour,\n\nNous sommes venus vous voir le {day} à {time}. Personne ne"
        " nous a répondu.\n\nAppelez-nous pour choisir un autre jour. Nous reviendrons seulement"
        " avec votre accord.\n\n{ring}\n\n{landlord}",
        K.REFUSAL_LETTER: "Bonjour,\n\nVous nous avez dit que vous ne souhaitez pas cette visite."
        " Nous respectons votre choix. Il ne change rien à votre bail ni à vos droits.\n\nVous"
        " pouvez changer d’avis à tout moment : appelez-nous.\n\n{ring}\n\n{landlord}",
        K.FIRST_LETTER: "Bonjour,\n\nNous vous écrivons avant de vous parler au téléphone."
        "\n\nNous proposons de venir vous voir chez vous, pour regarder avec vous si"
        " votre logement vous convient. C’est gratuit. Vous pouvez accepter, refuser, ou n’accepter"
        " qu’une partie : cela ne change rien à votre bail ni à vos droits.\n\nNous vous"
        " appellerons. Vous pouvez aussi nous appeler.\n\n{ring}\n\n{landlord}",
        K.DOOR_CARD: "Bonjour,\n\nNous avons essayé de vous joindre par téléphone, sans réponse."
        "\n\nNous proposons de venir vous voir chez vous. C’est gratuit, et vous pouvez refuser :"
        " cela ne change rien à votre bail ni à vos droits.\n\nAppelez-nous quand vous voulez."
        "\n\n{ring}\n\n{landlord}",
        K.TO_CONCLUDE: "Bonjour {name},\n\nVotre visite du {day} attend sa conclusion.\n\n{link}",
        K.DIGEST: "Bonjour {name},\n\nLettres à imprimer : {letters}\nMessages non partis :"
        " {failed}\n\n{link}",
        K.WORKS_PLANNED: "Bonjour,\n\nDes travaux sont prévus chez vous le {day} {part}.\nIl s’agit"
        " de : {works}.\nQui vient : {company}.\n\nSi ce jour ne vous va pas, appelez-nous : nous"
        " en choisirons un autre ensemble.\n\n{ring}\n\n{landlord}",
        K.WORKS_MOVED: "Bonjour,\n\nLes travaux prévus chez vous le {former_day} {former_part}"
        " changent de jour.\n\nNous venons maintenant le {day} {part}.\nIl s’agit de : {works}."
        "\nQui vient : {company}.\n\nSi ce jour ne vous va pas, appelez-nous.\n\n{ring}"
        "\n\n{landlord}",
        K.WORKS_OFF: "Bonjour,\n\nLes travaux prévus chez vous le {day} {part} n’auront pas lieu ce"
        " jour-là.\nIl s’agissait de : {works}.\n\nVous n’avez rien à faire. Pour toute question,"
        " appelez-nous.\n\n{ring}\n\n{landlord}",
        K.WORKS_ENDED: "Bonjour,\n\nLes travaux chez vous sont terminés.\nIl s’agissait de :"
        " {works}.\n\nSi quelque chose ne va pas, appelez-nous.\n\n{ring}\n\n{landlord}",
    },
    "en": {
        K.CONFIRMED: "Hello,\n\nWe are coming to see you on {day} at {time}.\n{visitor} will come"
        " to your home.\n\nIf that day does not suit you, ring us: we will choose another one"
        " together.\n\n{ring}\n\n{landlord}",
        K.MOVED: "Hello,\n\nOur visit of {former_day} at {former_time} changes.\n\nWe now come on"
        " {day} at {time}.\n{visitor} will come to your home.\n\nIf that day does not suit you,"
        " ring us.\n\n{ring}\n\n{landlord}",
        K.CANCELLED: "Hello,\n\nOur visit of {day} at {time} will not take place.\n\nThere is"
        " nothing you need to do. To choose another day, ring us.\n\n{ring}\n\n{landlord}",
        K.REMINDER: "Hello,\n\nWe are coming to see you on {day} at {time}.\n{visitor} will come"
        " to your home.\n\nIf you cannot be there, ring us.\n\n{ring}\n\n{landlord}",
        K.ABSENCE_CARD: "Hello,\n\nWe came to see you on {day} at {time}. Nobody answered.\n\n"
        "Ring us to choose another day. We will come again only if you agree."
        "\n\n{ring}\n\n{landlord}",
        K.REFUSAL_LETTER: "Hello,\n\nYou told us that you do not want this visit. We respect your"
        " choice. It changes nothing in your lease or your rights.\n\nYou may change your mind at"
        " any time: ring us.\n\n{ring}\n\n{landlord}",
        K.FIRST_LETTER: "Hello,\n\nWe write to you before we talk.\n\nWe offer to come and see"
        " you at home, to look with you at whether your home suits you. It is free. You may accept,"
        " refuse, or accept a part of it only: it changes nothing in your lease or your rights."
        "\n\nWe will ring you. You may also ring us.\n\n{ring}\n\n{landlord}",
        K.DOOR_CARD: "Hello,\n\nWe tried to ring you, and nobody answered.\n\nWe offer to come and"
        " see you at home. It is free, and you may refuse: it changes nothing in your lease or your"
        " rights.\n\nRing us whenever you like.\n\n{ring}\n\n{landlord}",
        K.TO_CONCLUDE: "Hello {name},\n\nYour visit of {day} waits for its conclusion.\n\n{link}",
        K.DIGEST: "Hello {name},\n\nLetters to print: {letters}\nMessages that did not go out:"
        " {failed}\n\n{link}",
        K.WORKS_PLANNED: "Hello,\n\nWorks are planned in your home on {day} {part}.\nWhat they are"
        " about: {works}.\nWho comes: {company}.\n\nIf that day does not suit you, ring us: we will"
        " choose another one together.\n\n{ring}\n\n{landlord}",
        K.WORKS_MOVED: "Hello,\n\nThe works planned in your home on {former_day} {former_part} are"
        " on another day.\n\nWe now come on {day} {part}.\nWhat they are about: {works}.\nWho"
        " comes: {company}.\n\nIf that day does not suit you, ring us.\n\n{ring}\n\n{landlord}",
        K.WORKS_OFF: "Hello,\n\nThe works planned in your home on {day} {part} will not take place"
        " on that day.\nWhat they were about: {works}.\n\nThere is nothing you need to do. If you"
        " have a question, ring us.\n\n{ring}\n\n{landlord}",
        K.WORKS_ENDED: "Hello,\n\nThe works in your home are done.\nWhat they were about: {works}."
        "\n\nIf something is not right, ring us.\n\n{ring}\n\n{landlord}",
    },
}
SHORT = {
    "fr": {
        K.CONFIRMED: "{landlord} : visite le {day} à {time}. Ce jour ne va pas ? Appelez-nous.",
        K.MOVED: "{landlord} : la visite du {former_day} est changée. Nous venons le {day} à"
        " {time}. Ce jour ne va pas ? Appelez-nous.",
        K.CANCELLED: "{landlord} : la visite du {day} à {time} n’aura pas lieu. Appelez-nous pour"
        " un autre jour.",
        K.REMINDER: "{landlord} : nous venons le {day} à {time}. Vous ne pouvez pas ?"
        " Appelez-nous.",
        K.WORKS_PLANNED: "{landlord} : travaux chez vous le {day} {part}. Ce jour ne va pas ?"
        " Appelez-nous.",
        K.WORKS_MOVED: "{landlord} : les travaux du {former_day} sont déplacés au {day} {part}."
        " Ce jour ne va pas ? Appelez-nous.",
        K.WORKS_OFF: "{landlord} : les travaux du {day} {part} n’auront pas lieu ce jour-là.",
        K.WORKS_ENDED: "{landlord} : les travaux chez vous sont terminés. Quelque chose ne va pas ?"
        " Appelez-nous.",
    },
    "en": {
        K.CONFIRMED: "{landlord}: visit on {day} at {time}. Does not suit you? Ring us.",
        K.MOVED: "{landlord}: the visit of {former_day} has changed. We come on {day} at {time}."
        " Does not suit you? Ring us.",
        K.CANCELLED: "{landlord}: the visit of {day} at {time} will not take place. Ring us for"
        " another day.",
        K.REMINDER: "{landlord}: we come on {day} at {time}. You cannot? Ring us.",
        K.WORKS_PLANNED: "{landlord}: works in your home on {day} {part}. Does not suit you? Ring"
        " us.",
        K.WORKS_MOVED: "{landlord}: the works of {former_day} are moved to {day} {part}. Does not"
        " suit you? Ring us.",
        K.WORKS_OFF: "{landlord}: the works of {day} {part} will not take place on that day.",
        K.WORKS_ENDED: "{landlord}: the works in your home are done. Something is not right? Ring"
        " us.",
    },
}


@dataclass(frozen=True)
class Said:
    """What a message says; `subject` is empty where its channel has none."""

    subject: str
    text: str


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
    return Said(subject, _filled(words, _facts(session, message, address), message.channel))


def tried_words(session: Session, spot: Spot, words: str, visit: Visit | None) -> str:
    """Say some words as they would be said of a visit, or of nobody's."""
    facts = dict.fromkeys(places_of(spot.kind, spot.channel), "…")
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
    if order is not None and order.person is not None:
        facts |= _of_works(session, order.person, order, {"": day_of(order)}, language)
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
        facts |= _of_works(session, message.person, message.work_order, days, language)
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
    person: Person,
    order: WorkOrder,
    days: Mapping[str, Day | None],
    language: str,
) -> dict[str, str]:
    link = standing_link(session, order)
    given = order.given_to.name if order.given_to is not None else None
    facts = _of_person(session, person, language)
    facts["works"] = TRADES[order.trade].in_language(language).lower()
    facts["company"] = given or (link.contractor if link is not None else facts["landlord"])
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


def _of_moment(which: str, at: datetime, language: str) -> dict[str, str]:
    there = at.astimezone(PARIS)
    clock = "H\u00a0'h'\u00a0mm" if language == "fr" else "HH:mm"
    return {
        f"{which}day": spoken_day(at, language),
        f"{which}time": format_datetime(there, clock, locale=language),
    }
