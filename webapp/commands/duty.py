"""What whoever is on duty is sent: an urgent order that nobody has taken on waits for her."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from visits.messages.kinds import EMAIL, TEXT
from visits.models.duty import DutyCall
from visits.models.messages import MessageChannel
from visits.works.calling import calls_to_send, mobile_of, note_number_refused, note_sent
from webapp.frame.mail import Letter, hand_over
from webapp.frame.posting import Handed
from webapp.frame.transaction import House

# A job speaks outside of any page; it names no home and no person.
WORDS = {
    "fr": (
        "Urgence {severity} à prendre : {reference}",
        "Bonjour {name},\n\nUn bon de travaux urgent ({severity}) attend que quelqu’un le prenne :"
        " {reference}. Vous êtes d’astreinte.\n\n{link}\n\nSi personne ne le prend à temps,"
        " la personne suivante est appelée.",
    ),
    "en": (
        "Urgent order {severity} to take on: {reference}",
        "Hello {name},\n\nAn urgent work order ({severity}) waits for somebody to take it on:"
        " {reference}. You are on duty.\n\n{link}\n\nIf nobody takes it on in time, the next"
        " person is called.",
    ),
}
# One sign that plain text messages lack makes them more than twice as dear.
SHORT = {
    "fr": "Urgence {severity} à prendre : {reference}. Astreinte. {link}",
    "en": "Urgent order {severity} to take on: {reference}. You are on duty. {link}",
}


@dataclass(frozen=True)
class _Said:
    """What is sent of a call by one way; `key` is the same however often it is tried."""

    key: uuid.UUID
    to: str
    subject: str
    text: str


def tell_on_duty(house: House, *, now: datetime) -> dict[str, Any]:
    """Send their messages to those who were called; tells how many went out and how many did not.

    By e-mail where there is a mail server, and by text message, at any hour, where there is a
    provider and her number is a mobile one: one way never waits for the other. Without any of them
    nothing is sent: the board says whom to ring.
    """
    result = {"touched": 0, "not_sent": 0}
    for way, send in _ways(house).items():
        with house.sessions.begin() as session:
            due = [_said(house, one, way) for one in calls_to_send(session, way, now=now)]
        for said in due:
            handed = send(said)
            with house.sessions.begin() as session:
                if handed is Handed.TAKEN:
                    note_sent(session, said.key, way, now=house.clock())
                elif handed is Handed.REFUSED and way is TEXT:
                    note_number_refused(session, said.key, now=house.clock())
            result["touched" if handed is Handed.TAKEN else "not_sent"] += 1
    return result


def _ways(house: House) -> dict[MessageChannel, Callable[[_Said], Handed]]:
    """Give how a message goes out, by each way that there is."""
    ways: dict[MessageChannel, Callable[[_Said], Handed]] = {}
    server, texts = house.settings.mail, house.settings.texts
    if server is not None:
        ways[EMAIL] = lambda said: hand_over(server, _letter(said))
    if texts is not None:
        ways[TEXT] = lambda said: texts.hand_over(said.to, said.text, key=f"duty-{said.key}")
    return ways


def _letter(said: _Said) -> Letter:
    # Sent twice after a crash, it is one letter: mail programs know it by its number.
    number = f"<duty-{said.key}@palier.invalid>"
    return Letter(said.to, said.subject, said.text, message_id=number)


def _said(house: House, call: DutyCall, way: MessageChannel) -> _Said:
    user, order = call.turn.user, call.order
    subject, text = WORDS[user.language]
    told = {
        "name": user.name,
        "severity": order.severity.value,
        "reference": order.reference,
        "link": f"{(house.settings.address or '').rstrip('/')}/work-orders/{order.id}",
    }
    if way is TEXT:
        return _Said(call.id, mobile_of(call), "", SHORT[user.language].format_map(told))
    return _Said(call.id, user.email, subject.format_map(told), text.format_map(told))
