"""The year's referrals: most are sent and answered, some are silent, a few come to us."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict
from visits.models.cases import Case
from visits.models.referral_requests import ReferralDoor
from visits.models.referrals import (
    Basis,
    Direction,
    Referral,
    ReferralChannel,
    ReferralFinding,
    ReferralReason,
    ReferralStep,
)
from visits.models.visits import Submission
from visits.referrals.doors import list_doors, make_door, open_door
from visits.referrals.moving import Answer, Sending, answer, remind, send
from visits.referrals.referrals import ReferralSaid, open_by_hand
from visits.referrals.requests import RequestSaid, receive, set_aside, take_up
from visits.sight import Viewer
from webapp.access.auth import Action
from webapp.demo.calendar import next_office_moment
from webapp.demo.cast import acting
from webapp.demo.story import Story

Act = Callable[[Referral, datetime], object]

# A life of its own: what becomes of referrals changes nothing of the calls and visits.
SEED = 13
SILENT, REFUSED = 0.15, 0.12
SERVICES = {
    "ccas": ("CCAS de Beauvais", "CCAS de Creil", "CCAS de Compiègne"),
    "department": ("Maison départementale de la solidarité",),
    "pension_fund": ("Carsat Nord-Picardie",),
    "association": ("Petits Frères des Pauvres", "Croix-Rouge, équipe de Creil"),
    "doctor": ("Son médecin traitant",),
    "occupational_therapist": ("Ergothérapeutes de l’Oise",),
    "budget_adviser": ("Point conseil budget de Beauvais",),
    "energy_adviser": ("Espace conseil France Rénov’",),
    "caf": ("CAF de l’Oise",),
}
CHANNELS = (ReferralChannel.EMAIL, ReferralChannel.EMAIL, ReferralChannel.PHONE)
GOOD = (ReferralReason.HELP_GIVEN, ReferralReason.HELP_GIVEN, ReferralReason.RIGHT_OPENED)
BAD = (ReferralReason.NO_PLACE, ReferralReason.NOT_ELIGIBLE, ReferralReason.SHE_DECLINED)
SAID = {
    ReferralStep.ACKNOWLEDGED: "Reçu, dossier transmis à la référente.",
    ReferralStep.ACCEPTED: "Première visite fixée avec elle.",
    ReferralStep.DONE: "Un passage par semaine depuis.",
    ReferralStep.REFUSED: "Nous rappellerons si une place se libère.",
}
# What others ask of us: so many days before the demo starts, by whom, what.
ASKED_OF_US = (
    (75, "ccas", "CCAS de Creil", "Une visite : elle ne sort plus depuis l’été."),
    (20, "department", "Maison départementale de la solidarité", "Voir si la baignoire gêne."),
    (3, "social_worker", "Assistante sociale de l’hôpital", "Retour à domicile la semaine proche."),
)
# What partners write by their forms: so many days before, who, of which home’s tenant, what.
WRITTEN = (
    (40, "Service social de l’hôpital", "Mme Garnier, assistante sociale", "Préparer son retour."),
    (12, "CCAS de Creil", "M. Lenoir, chargé d’accueil", "Elle demande une visite à domicile."),
    (2, "CCAS de Creil", "M. Lenoir, chargé d’accueil", "Ses volets restent fermés le jour."),
)
NOT_OURS = ("Delaunay", "Roger", "14 rue de la Gare, 60000 Beauvais")
DOOR_DAYS = 365


class Referrals:
    """What is asked of others for persons, over the year, and what others ask."""

    def __init__(self, story: Story) -> None:
        self.story, self.rng = story, Random(SEED)
        self.social_worker: Viewer = acting(story.cast.social_worker, Action.FOLLOW_REFERRALS)

    @property
    def session(self) -> Session:
        """The demo's one session."""
        return self.story.session

    def schedule(self, cases: list[Case]) -> None:
        """Let others ask something of us for some of the persons."""
        for (days, code, partner, asked), case in zip(ASKED_OF_US, reversed(cases), strict=False):
            at = next_office_moment(self.story.now - timedelta(days=days))
            if at < self.story.now:
                said = (code, partner, asked)
                self.story.timeline.at(at, partial(self._ask_us, case, said))

        self._let_partners_write(cases)

    def _let_partners_write(self, cases: list[Case]) -> None:
        """Give two partners an address, and let them write by it."""
        named = [case for case in reversed(cases) if not case.person.protected][5:]
        for (days, partner, sender, asked), case in zip(WRITTEN, named, strict=False):
            at = next_office_moment(self.story.now - timedelta(days=days))
            if at < self.story.now:
                said = (partner, sender, asked)
                self.story.timeline.at(at, partial(self._write, case, said))

    def _write(self, case: Case, told: tuple[str, str, str], now: datetime) -> None:
        partner, sender, asked = told
        person, home, viewer = case.person, case.dwelling, self.social_worker
        if person.died_on is not None or home is None:
            return
        taken_up = asked == WRITTEN[1][3]
        last, first, address = (
            (person.last_name, person.first_name or "", home.residence.address)
            if taken_up or asked == WRITTEN[2][3]
            else NOT_OURS
        )
        code = "ccas" if partner.startswith("CCAS") else "social_worker"
        day = today_in_paris(now)
        form = RequestSaid(
            last, first, address, "", code, asked, Basis.CONSENT, day, "", sender, "03 44 06 00 00"
        )
        door = self._door(partner, person.landlord_id, now)
        request = receive(self.session, door, form, key=uuid.uuid4(), now=now)
        if taken_up:
            said = ReferralSaid(Direction.IN, code, asked, Basis.CONSENT, partner, agreed_on=day)
            take_up(self.session, request, person, said, viewer=viewer, now=now)
        elif last == NOT_OURS[0]:
            why = "Locataire d’un autre bailleur : le service est prévenu."
            set_aside(self.session, request, why, viewer=viewer, now=now)

    def _door(self, partner: str, landlord_id: uuid.UUID, now: datetime) -> ReferralDoor:
        """Give the door of a partner, made when it first writes."""
        viewer = self.social_worker
        known = [one for one in list_doors(self.session, viewer) if one.partner == partner]
        if known:
            return known[0]
        secret = make_door(self.session, landlord_id, partner, DOOR_DAYS, viewer=viewer, now=now)
        return open_door(self.session, secret, now=now)

    def follow(self, submission: Submission, now: datetime) -> None:
        """Let the referrals that a visit opened be sent; those that were known are already."""
        ids = [one.id for one in submission.consequences]
        called = select(ReferralFinding.file_id).where(ReferralFinding.consequence_id.in_(ids))
        opened = select(Referral).where(Referral.id.in_(called), Referral.opened_at == now)
        for referral in self.session.scalars(opened.order_by(Referral.id)).all():
            self._later(referral, now, (1, 11), self._send)

    def _later(
        self, referral: Referral, now: datetime, days: tuple[float, float], act: Act
    ) -> None:
        at = next_office_moment(now + timedelta(days=self.rng.uniform(*days)))
        self.story.timeline.at(at, partial(self._go_on, referral, referral.turn, act))

    def _go_on(self, referral: Referral, turn: int, act: Act, now: datetime) -> None:
        self.session.refresh(referral)
        if referral.turn == turn and referral.is_open:  # otherwise its person died
            act(referral, now)

    def _send(self, referral: Referral, now: datetime) -> None:
        partner = self.rng.choice(SERVICES.get(referral.code, ("Service social de secteur",)))
        said = Sending(partner, self.rng.choice(CHANNELS))
        try:
            send(
                self.session, referral, said, turn=referral.turn, viewer=self.social_worker, now=now
            )
        except Conflict:
            return  # she refuses since that anything is shared
        if self.rng.random() < SILENT:
            self._later(referral, now, (16, 24), self._remind)
        else:
            self._later(referral, now, (2, 12), self._acknowledge)

    def _remind(self, referral: Referral, now: datetime) -> None:
        viewer = self.social_worker
        remind(self.session, referral, "", turn=referral.turn, viewer=viewer, now=now)

    def _acknowledge(self, referral: Referral, now: datetime) -> None:
        self._answer(referral, ReferralStep.ACKNOWLEDGED, now)
        self._later(referral, now, (5, 28), self._decide)

    def _decide(self, referral: Referral, now: datetime) -> None:
        if self.rng.random() < REFUSED:
            self._answer(referral, ReferralStep.REFUSED, now, self.rng.choice(BAD))
            return
        self._answer(referral, ReferralStep.ACCEPTED, now)
        self._later(referral, now, (20, 80), self._end)

    def _end(self, referral: Referral, now: datetime) -> None:
        self._answer(referral, ReferralStep.DONE, now, self.rng.choice(GOOD))

    def _answer(
        self, referral: Referral, step: ReferralStep, now: datetime, reason: str = ""
    ) -> None:
        said, viewer = Answer(step, reason, SAID[step]), self.social_worker
        answer(self.session, referral, said, turn=referral.turn, viewer=viewer, now=now)

    def _ask_us(self, case: Case, told: tuple[str, str, str], now: datetime) -> None:
        if case.person.died_on is not None or case.person.protected:
            return
        code, partner, asked = told
        said = ReferralSaid(
            Direction.IN, code, asked, Basis.CONSENT, partner, agreed_on=today_in_paris(now)
        )
        referral = open_by_hand(self.session, case.person, said, viewer=self.social_worker, now=now)
        self._later(referral, now, (1, 6), self._acknowledge)
