"""What the landlord of the demonstration says on its papers, in its own words."""

from datetime import datetime

from sqlalchemy.orm import Session

from visits.models.accounts import User
from visits.models.papers import PaperField
from visits.papers.wording import say
from webapp.access.auth import Action
from webapp.demo.cast import acting

WORDS = {
    PaperField.OPENING_FR: "Merci de nous avoir reçus. Voici ce que nous avons vu ensemble.",
    PaperField.OPENING_EN: "Thank you for your welcome. Here is what we saw together.",
    PaperField.RING_FR: (
        "Votre bailleur : 03 44 55 01 23, du lundi au vendredi, de 8 h 30 à 17 h 30.\n"
        "La nuit et le week-end, pour une urgence : 03 44 55 01 24."
    ),
    PaperField.RING_EN: (
        "Your landlord: 03 44 55 01 23, Monday to Friday, 8:30 to 17:30.\n"
        "At night and at weekends, in an emergency: 03 44 55 01 24."
    ),
}


def word_papers(session: Session, *, by: User, now: datetime) -> None:
    """Let the landlord say whom to ring."""
    acts = acting(by, Action.EDIT_PAPERS)
    say(session, by.organisation_id, WORDS, seen="", viewer=acts, now=now)
