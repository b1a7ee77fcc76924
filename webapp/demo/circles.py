"""The demo's circle: who comes home from hospital, talked over each month with the landlord."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import partial

from sqlalchemy import select

from visits.circles.meetings import close_minutes, make_agenda, meetings_of
from visits.circles.members import add_member, make_circle
from visits.circles.points import do_task, give_task, note_point, tasks_of
from visits.circles.putting import PutSaid, end_agreement, note_step, put_case
from visits.models.accounts import User
from visits.models.cases import Case
from visits.models.circles import Circle, CircleCase, CircleMeeting, CircleStepKind
from visits.models.people import Person
from webapp.access.auth import PERMISSIONS, Action
from webapp.demo.calendar import day_of, moment, working_days_after
from webapp.demo.cast import HOSPITAL, LINKS, acting
from webapp.demo.partners import coordinator_of
from webapp.demo.story import Story

MEETINGS = 4  # so many were held, a month apart; one more is prepared
MONTH = timedelta(days=28)
PROGRAMMES = ("isolated_tenants", "seniors")
PRESENT = "Claire Vasseur, Nadège Poulain, Aude Lenoir, Denis Lefèvre"
# What the circle is told, then what each meeting says and decides, then a task.
TOLD: Sequence[tuple[str, Sequence[tuple[str, str]], str]] = (
    (
        "Opération de la hanche, deux étages sans ascenseur.",
        (
            ("En rééducation jusqu’à la fin du mois.", "Attendre l’avis du kinésithérapeute."),
            ("Marche avec une canne, l’escalier reste à voir.", "Essai d’escalier accompagné."),
            ("Monte un étage sans aide.", "Retour dès qu’une main courante est posée."),
            ("De retour, l’aide passe matin et soir.", "Point dans un mois, puis fin."),
        ),
        "Faire poser la seconde main courante",
    ),
    (
        "Sort de cardiologie ; vit sans famille proche.",
        (
            ("Sortie prévue dans dix jours.", "Portage de repas dès le premier jour."),
            ("De retour, les repas arrivent.", "Téléassistance à installer."),
            ("Téléassistance en place, un appel depuis.", "Garder le même passage."),
            ("Tout tient.", "Proposer la fin au prochain point."),
        ),
        "Demander la téléassistance",
    ),
    (
        "Logement très encombré, l’hôpital craint une chute au retour.",
        (
            ("Accepte qu’on trie ensemble, et pas autrement.", "Deux demi-journées de tri."),
            ("Le passage vers la chambre est libre.", "Une demi-journée de plus."),
            ("Reprend des affaires de la cave.", "En parler ensemble, sans rien jeter."),
            ("Le passage tient depuis trois semaines.", "Visite dans un mois."),
        ),
        "Trier l’entrée",
    ),
    (
        "Séjours répétés à l’hôpital depuis l’hiver, impayé de deux mois.",
        (
            ("Courrier non ouvert pendant l’hospitalisation.", "Échéancier demandé au bailleur."),
            ("Échéancier accepté.", "La conseillère aide à ouvrir le courrier."),
            ("Deux mensualités réglées.", ""),
            ("À jour.", "Proposer la fin au prochain point."),
        ),
        "Préparer l’échéancier",
    ),
    (
        "Baignoire inaccessible après une fracture.",
        (
            ("Douche à la place de la baignoire demandée.", "Dossier d’adaptation à ouvrir."),
            ("Devis reçu.", "Décision à la prochaine commission."),
            ("Accordé, travaux le mois prochain.", "Toilette à domicile d’ici là."),
            ("Douche posée.", "Retrait de la cellule après une visite."),
        ),
        "Prévenir l’entreprise de la sortie",
    ),
)  # fmt: skip


def discuss_some(story: Story) -> None:
    """Let the circle meet each month up to now, and prepare its next meeting."""
    days = [_meeting_day(story, turn) for turn in range(MEETINGS, 0, -1)]
    story.timeline.at(moment(days[0], time(8)), lambda at: _Circle(story, days, at))


def _meeting_day(story: Story, ago: int) -> date:
    return working_days_after(day_of(story.now) - ago * MONTH, 1)


class _Circle:
    """The circle from its first day on."""

    def __init__(self, story: Story, days: Sequence[date], now: datetime) -> None:
        self.story, self.session = story, story.session
        self.keeper = acting(story.cast.coordinator, Action.KEEP_CIRCLES)
        self.hospital = coordinator_of(self.session, HOSPITAL)
        self.helper = coordinator_of(self.session, LINKS)
        self.circle = self._made(now)
        self.cases = self._put(now)
        for turn, on in enumerate(days):
            story.timeline.at(moment(on, time(14)), partial(self._meet, turn))
        story.timeline.at(story.now - timedelta(hours=3), self._prepare)

    def _made(self, now: datetime) -> Circle:
        name = "Retour à domicile après hospitalisation"
        circle = make_circle(self.session, name, viewer=self.keeper, now=now)
        for user in (self.story.cast.social_worker, self.hospital, self.helper):
            add_member(
                self.session, circle, user.id, roles=tuple(PERMISSIONS[Action.SEE_CIRCLES]),
                viewer=self.keeper, now=now,
            )  # fmt: skip
        return circle

    def _put(self, now: datetime) -> list[CircleCase]:
        """Put those to the circle who agreed, first who is visited each week; one ends it later."""
        asked = (
            select(Case)
            .join(Case.person)
            .where(Case.programme.in_(PROGRAMMES), Case.closed_on.is_(None))
            .where(Person.protected.is_(False), Person.died_on.is_(None))
            .order_by(Case.programme, Person.name_key, Case.id)
            .limit(len(TOLD) + 1)
        )
        told = [shared for shared, _points, _task in TOLD]
        told.append("Sort d’une opération des yeux, demande une aide pour les courses.")
        agreed = day_of(now) - timedelta(days=2)
        return [
            put_case(
                self.session, self.circle, case, PutSaid(shared, agreed, "spoken"),
                viewer=self.keeper, now=now,
            )
            for case, shared in zip(self.session.scalars(asked).all(), told, strict=False)
        ]  # fmt: skip

    def _meet(self, turn: int, now: datetime) -> None:
        """Make the agenda, note each point, give tasks out the first time, close the minutes."""
        on = day_of(now)
        if turn == 2 and len(self.cases) > len(TOLD):
            end_agreement(self.session, self.cases[-1], on, viewer=self.keeper, now=now)
        meeting = make_agenda(self.session, self.circle, on, viewer=self.keeper, now=now)
        for one, (_shared, points, task) in zip(self.cases, TOLD, strict=False):
            if not one.case.is_open:
                continue
            words, decision = points[turn]
            note_point(
                self.session, meeting, one, words=words, decision=decision,
                viewer=self.keeper, now=now,
            )  # fmt: skip
            self._follow_up(meeting, one, task, turn, now)
        note = "Prochaine réunion dans un mois, à l’agence."
        close_minutes(
            self.session, meeting, present=PRESENT, note=note, viewer=self.keeper, now=now
        )

    def _follow_up(
        self, meeting: CircleMeeting, one: CircleCase, task: str, turn: int, now: datetime
    ) -> None:
        on = day_of(now)
        if turn in (0, MEETINGS - 1):
            what = task if turn == 0 else "Prendre de ses nouvelles avant la réunion"
            give_task(
                self.session, meeting, one, what=what, owner_id=self._whose(one).id,
                due_on=on + timedelta(days=21), viewer=self.keeper, now=now,
            )  # fmt: skip
        for given in tasks_of(self.session, [one.id]) if turn == 1 else ():
            if one is not self.cases[2] and given.done_on is None:
                do_task(self.session, one, given.id, on, viewer=self.keeper, now=now)
        kinds = {1: CircleStepKind.LANDLORD_AGREED, 3: CircleStepKind.BACK_HOME}
        if turn in kinds and one in self.cases[:2]:
            note_step(self.session, one, kinds[turn], on, viewer=self.keeper, now=now)

    def _whose(self, one: CircleCase) -> User:
        owners = (self.hospital, self.story.cast.social_worker, self.helper)
        return owners[self.cases.index(one) % len(owners)]

    def _prepare(self, now: datetime) -> None:
        """Make the agenda of the meeting that is next, unless somebody did."""
        if not meetings_of(self.session, self.circle.id)[0].is_open:
            make_agenda(self.session, self.circle, day_of(now), viewer=self.keeper, now=now)
