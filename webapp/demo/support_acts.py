"""What an association does for those it visits each week, beside the visits."""

import random
from datetime import datetime, timedelta

from visits.models.cases import Case
from visits.support.acts import ActSaid, acts_of, note_act, withdraw_act
from webapp.access.auth import Action
from webapp.demo.calendar import day_of
from webapp.demo.partners import Team
from webapp.demo.story import Story

OFTEN, MISTAKEN = 0.22, 0.05
# Kind, minutes, who was there, note, whether it is confidential.
ACTS = (
    ("going_along", 95, "La conseillère de la banque", "Compte ouvert, carte commandée.", False),
    ("going_along", 120, "L’agent de la mairie", "Dossier d’aide à domicile déposé.", False),
    ("office", 40, "Sa fille", "Point sur les courses et les repas de la semaine.", False),
    ("office", 30, "", "Parle pour la première fois de son deuil ; reste entre nous.", True),
    ("letter", 20, "", "Courrier à la caisse de retraite écrit avec elle.", False),
    ("meeting", 60, "L’assistante sociale du secteur", "Qui passe quand, d’ici l’été.", False),
    ("call", 15, "", "Prend des nouvelles après l’orage : tout va bien.", False),
    ("visit", 35, "Un bénévole", "Passé déposer des livres, resté pour un café.", False),
)


class Acts:
    """Acts of the weeks, by luck of their own: the rest of the year is as it was without them."""

    def __init__(self, story: Story) -> None:
        self.story, self.rng = story, random.Random("support acts")

    def of_the_week(self, case: Case, team: Team, now: datetime) -> None:
        """Note now and then what was done with somebody, and withdraw what was a mistake."""
        if self.rng.random() >= OFTEN:
            return
        session, viewer = self.story.session, team.viewer(self.story.session, Action.PLAN, now)
        kind, minutes, present, note, confidential = self.rng.choice(ACTS)
        on = max(day_of(now) - timedelta(days=self.rng.randint(0, 3)), day_of(case.opened_at))
        said = ActSaid(kind, on, minutes, present, note, confidential)
        if any((one.kind, one.happened_on) == (kind, on) for one in acts_of(session, case.id)):
            return
        act = note_act(session, case, said, viewer=viewer, now=now)
        if self.rng.random() < MISTAKEN:
            why = "Noté dans le mauvais dossier."
            withdraw_act(session, case, act.id, why=why, viewer=viewer, now=now)
