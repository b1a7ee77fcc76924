"""The message to whoever is on duty: an urgent order that nobody has taken on waits for her."""

from datetime import datetime
from typing import Any

from visits.models.duty import DutyCall
from visits.works.calling import calls_to_send, note_sent
from webapp.frame.mail import Letter, send
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


def tell_on_duty(house: House, *, now: datetime) -> dict[str, Any]:
    """Send their message to those who were called; tells how many went out and how many did not.

    Without a mail server nothing is sent: the board says whom to ring.
    """
    server, result = house.settings.mail, {"touched": 0, "not_sent": 0}
    if server is None:
        return result
    with house.sessions.begin() as session:
        letters = [(call.id, _letter(house, call)) for call in calls_to_send(session, now=now)]
    for call_id, letter in letters:
        if not send(server, letter):
            result["not_sent"] += 1
            continue
        with house.sessions.begin() as session:
            note_sent(session, call_id, now=house.clock())
        result["touched"] += 1
    return result


def _letter(house: House, call: DutyCall) -> Letter:
    user, order = call.turn.user, call.order
    subject, text = WORDS[user.language]
    said = {
        "name": user.name,
        "severity": order.severity.value,
        "reference": order.reference,
        "link": f"{(house.settings.address or '').rstrip('/')}/work-orders/{order.id}",
    }
    return Letter(user.email, subject.format_map(said), text.format_map(said))
