"""What an association does for those it visits each week, beside the visits, and what for."""

import random
from datetime import datetime, timedelta

from visits.cases.charge import put_in_charge
from visits.models.cases import Case
from visits.models.support import HowFar
from visits.support.acts import ActSaid, acts_of, note_act, withdraw_act
from visits.support.aims import agree_aim, aims_of, say_how_far
from visits.support.pace import UNEXPLAINED, explain, turns_of
from webapp.access.auth import Action
from webapp.demo.calendar import day_of
from webapp.demo.partners import Team
from webapp.demo.story import Story

OFTEN, MISTAKEN, EXPLAINED, SEEN = 0.22, 0.05, 0.6, 0.12
WHY_MISSED = (
    "Était chez sa fille sans nous avoir prévenus.",
    "La bénévole était malade, personne pour la remplacer.",
    "N’a pas ouvert ; jointe au téléphone le soir, tout allait bien.",
)
FURTHER = (HowFar.BEGUN, HowFar.WELL_ON, HowFar.REACHED)
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
        session, viewer = self.story.session, team.viewer(self.story.session, Action.SUPPORT, now)
        kind, minutes, present, note, confidential = self.rng.choice(ACTS)
        on = max(day_of(now) - timedelta(days=self.rng.randint(0, 3)), day_of(case.opened_at))
        said = ActSaid(kind, on, minutes, present, note, confidential)
        if any((one.kind, one.happened_on) == (kind, on) for one in acts_of(session, case.id)):
            return
        act = note_act(session, case, said, viewer=viewer, now=now)
        if self.rng.random() < MISTAKEN:
            why = "Noté dans le mauvais dossier."
            withdraw_act(session, case, act.id, why=why, viewer=viewer, now=now)

    def follow(self, case: Case, team: Team, goal: str, now: datetime) -> None:
        """Take somebody on, agree with her what for, and see now and then how far it is."""
        session = self.story.session
        if case.referent_id is None:
            put_in_charge(
                session, case, organisation_id=team.organisation.id,
                referent_id=team.coordinator.id, why="Suit cette personne pour l’association.",
                viewer=team.viewer(session, Action.DECIDE, now), now=now,
            )  # fmt: skip
        viewer = team.viewer(session, Action.SUPPORT, now)
        aims = aims_of(session, case.id)
        if not aims:
            agree_aim(session, case, words=goal, agreed_on=day_of(now), viewer=viewer, now=now)
        elif self.rng.random() < SEEN and len(aims[0].steps) < len(FURTHER):
            how_far = FURTHER[len(aims[0].steps)]
            say_how_far(
                session, case, aims[0].id, how_far=how_far, seen_on=day_of(now), viewer=viewer,
                now=now,
            )  # fmt: skip
        for turn in turns_of(session, case):
            missed = turn.state in UNEXPLAINED and turn.due_on < day_of(now)
            if missed and turn.visit_id is None and self.rng.random() < EXPLAINED:
                explain(session, turn, why=self.rng.choice(WHY_MISSED), viewer=viewer, now=now)
