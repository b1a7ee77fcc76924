"""The year's adaptations: each goes its way, some late, some refused with an alternative."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnostics.codes import ADAPTATIONS
from visits.adaptations.commissions import (
    agenda_of,
    call_commission,
    close_minutes,
    put_on_agenda,
    waiting_for_one,
)
from visits.adaptations.deciding import Decided, ask_review, decide
from visits.adaptations.files import Request, hand_to, open_by_hand
from visits.adaptations.following_up import LEADS_TO, FollowUpSaid, note_follow_up
from visits.adaptations.moving import Agreed, move_file
from visits.adaptations.on_site import on_site
from visits.adaptations.receiving import receive_what_is_done
from visits.cases.cases import home_of
from visits.following.adaptation_works import order_works
from visits.ground.deadlines import today_in_paris
from visits.models.adaptations import AdaptationFile, AdaptationFinding, Step
from visits.models.cases import Case
from visits.models.commissions import Commission
from visits.models.funding import PayerStage
from visits.models.portfolio import Dwelling
from visits.models.visits import Submission
from visits.sight import Viewer
from visits.works.by_hand import OrderSaid
from webapp.access.auth import Action
from webapp.demo.calendar import next_office_moment
from webapp.demo.cast import acting
from webapp.demo.payers import plan_to_pay, settle
from webapp.demo.story import Story
from webapp.demo.works import Works

# A life of its own: what becomes of adaptations changes nothing of the calls and visits.
SEED = 11
# Days that a step takes, from the shortest to the longest; slow ones take so many times more.
TAKES: Mapping[Step, tuple[float, float]] = {
    Step.ACKNOWLEDGE: (1, 9),
    Step.ELIGIBILITY: (3, 14),
    Step.VISIT: (10, 42),
    Step.FUNDING: (9, 28),
    Step.AGREEMENT: (2, 18),
    Step.WORKS: (18, 80),
    Step.RECEPTION: (2, 13),
    Step.FIRST_FOLLOW_UP: (28, 34),
    Step.LAST_FOLLOW_UP: (150, 165),
    Step.ACCOUNTS: (10, 50),
}
SLOW, TIMES = 0.12, (1.8, 3.5)
WITHDRAWN, REFUSED, IN_PART, REVIEWED = 0.02, 0.13, 0.08, 0.3
# Of how many files, by that draw, what is offered instead was talked over with the tenant.
TALKED_OVER = 0.12
TRADES = {
    "shower": ("plumbing", "bathroom"),
    "bathroom": ("plumbing", "bathroom"),
    "shower_seat": ("general", "bathroom"),
    "raised_wc": ("plumbing", "toilet"),
    "grab_bars": ("general", "bathroom"),
    "thermostatic_mixer": ("plumbing", "bathroom"),
    "handrail": ("carpentry", "stairs"),
    "widened_door": ("carpentry", "hallway"),
    "threshold_ramp": ("carpentry", "hallway"),
    "motor_shutters": ("carpentry", "living_room"),
    "non_slip_floor": ("flooring", "bathroom"),
    "lighting": ("electricity", "hallway"),
    "controls": ("electricity", "living_room"),
    "kitchen": ("carpentry", "kitchen"),
}
# The commission sits every other week; its agenda is made some days before.
EVERY, BEFORE = timedelta(days=14), timedelta(days=4)
PRESENT = "Présents : la coordinatrice, la conseillère sociale, le responsable technique."
HEAVY = ("shower", "bathroom", "widened_door", "kitchen")
NEEDS_NO_VISIT = ("grab_bars", "raised_wc", "shower_seat", "handrail", "tele_assistance")
ON = {
    Step.ACKNOWLEDGE: Step.ELIGIBILITY,
    Step.VISIT: Step.FUNDING,
    Step.FUNDING: Step.DECISION,
    Step.AGREEMENT: Step.WORKS,
    Step.WORKS: Step.RECEPTION,
    Step.RECEPTION: Step.FIRST_FOLLOW_UP,
    **LEADS_TO,
    Step.ACCOUNTS: Step.CLOSED,
}
SAID = {
    Step.ACKNOWLEDGE: ("Accusé de réception envoyé.", "Accusé de réception remis à l’accueil."),
    Step.ELIGIBILITY: (
        "Situation confirmée au téléphone.",
        "Échange avec elle et son fils.",
    ),
    Step.VISIT: ("Relevé des cotes fait, accès vérifié.", "Visite de l’ergothérapeute, avis reçu."),
    Step.FUNDING: ("Devis reçu, plan prêt.", "Deux devis comparés."),
    Step.AGREEMENT: ("Accord écrit reçu.", "Accord signé à l’agence."),
    Step.WORKS: ("Travaux terminés.", "Terminé en trois jours."),
    Step.RECEPTION: ("Réception sans réserve.", "Joint repris, réserve levée."),
    Step.FIRST_FOLLOW_UP: ("S’en sert chaque jour.", "Contente, aucune chute depuis."),
    Step.LAST_FOLLOW_UP: ("Tout va bien.", "Se sent en sécurité."),
    Step.ACCOUNTS: ("Factures payées, dossier classé.",),
}
# Why nobody goes to look, once nobody did.
NO_VISIT = "Le plan du logement et les photos de la visite suffisent."
LOOK = "Relever les cotes et vérifier l’accès avant travaux."
FOLLOWED = (
    FollowUpSaid("yes", "yes"),
    FollowUpSaid("yes", "yes"),
    FollowUpSaid("partly", "yes", "Une barre de plus du côté gauche."),
    FollowUpSaid("yes", "no", said="Le siège prend du jeu."),
)
REFUSALS = (
    Decided(
        "refused",
        "load_bearing",
        "Le mur de votre salle de bain porte l’immeuble. On ne peut pas le percer sans danger.",
        {"aid": "Un siège de bain qui pivote et deux barres, posés sous un mois."},
        "not_yet",
    ),
    Decided(
        "refused",
        "no_lift",
        "Votre logement est en étage, sans ascenseur : une douche ne réglerait pas l’escalier.",
        {"transfer": "Un logement adapté en rez-de-chaussée, visité avec vous."},
        "not_yet",
    ),
    Decided(
        "refused",
        "to_be_pulled_down",
        "Votre immeuble sera rénové l’an prochain : la salle de bain sera refaite à ce moment-là.",
        {"lesser_works": "Des barres d’appui et un tapis antidérapant dès maintenant."},
        "not_yet",
    ),
)
IN_PART_SAID = Decided(
    "in_part",
    "asbestos",
    "Le sol contient de l’amiante : on n’y touche pas tant que le diagnostic n’est pas levé.",
    {"lesser_works": "Un receveur bas posé sur l’existant, avec barres et siège."},
    "not_yet",
)
ASKED = (
    (300, Request("shower", "phone", None, "Ne peut plus enjamber la baignoire.")),
    (210, Request("motor_shutters", "letter", None, "Les volets sont trop lourds.")),
    (120, Request("raised_wc", "office", None, "Se relève avec peine.")),
    (48, Request("kitchen", "registered", None, "Abaisser le plan de travail.", own_cost=True)),
    (16, Request("grab_bars", "phone", None, "Voudrait une barre près de la douche.")),
    (4, Request("handrail", "email", None, "Une rampe des deux côtés de l’escalier.")),
)


class Adaptations:
    """What is asked to be changed in homes, over the year."""

    def __init__(self, story: Story) -> None:
        self.story, self.rng = story, Random(SEED)
        self.builders = Works(story)
        self.builders.rng = self.rng
        self.coordinator: Viewer = acting(story.cast.coordinator, Action.FOLLOW_ADAPTATIONS)
        self.social_worker: Viewer = acting(story.cast.social_worker, Action.FOLLOW_ADAPTATIONS)

    def follow(self, submission: Submission, now: datetime) -> None:
        """Let the files that a visit opened go their way; those that were known do already."""
        ids = [one.id for one in submission.consequences]
        called = select(AdaptationFinding.file_id).where(AdaptationFinding.consequence_id.in_(ids))
        opened = select(AdaptationFile).where(
            AdaptationFile.id.in_(called), AdaptationFile.opened_at == now
        )
        for file in self.session.scalars(opened.order_by(AdaptationFile.id)).all():
            self._wait(file, now)

    def schedule(self, cases: list[Case], morning: datetime) -> None:
        """Let some ask by phone, by letter, at the office; each morning works may be done."""
        self.story.timeline.at(morning, self._receive)
        first = next_office_moment(morning + EVERY)
        self.story.timeline.at(first, partial(self._call_next, first + EVERY))
        for (days, said), case in zip(ASKED, cases, strict=False):
            at = next_office_moment(self.story.now - timedelta(days=days))
            if at < self.story.now:
                self.story.timeline.at(at, partial(self._ask, case, said))

    @property
    def session(self) -> Session:
        """The demo's one session."""
        return self.story.session

    def _receive(self, now: datetime) -> None:
        receive_what_is_done(self.session, now=now)
        received = select(AdaptationFile).where(
            AdaptationFile.step == Step.RECEPTION, AdaptationFile.since == now
        )
        for file in self.session.scalars(received.order_by(AdaptationFile.id)).all():
            self._wait(file, now)
        self.story.timeline.at(now + timedelta(days=1), self._receive)

    def _call_next(self, at: datetime, now: datetime) -> None:
        """Call the next commission, put what waits on its agenda before it, and let it sit."""
        at = next_office_moment(at)
        held = call_commission(self.session, today_in_paris(at), viewer=self.coordinator, now=now)
        self.story.timeline.at(next_office_moment(at - BEFORE), partial(self._fill_agenda, held))
        self.story.timeline.at(at, partial(self._sit, held))

    def _fill_agenda(self, held: Commission, now: datetime) -> None:
        for file in waiting_for_one(self.session, self.coordinator):
            put_on_agenda(self.session, held, file, viewer=self.coordinator, now=now)

    def _sit(self, held: Commission, now: datetime) -> None:
        for item in agenda_of(self.session, self.coordinator, held):
            self.session.refresh(item.file)
            if item.file.step is Step.DECISION:
                self._decide(item.file, now)
                self._wait(item.file, now)
        close_minutes(self.session, held, PRESENT, viewer=self.coordinator, now=now)
        self._call_next(now + EVERY, now)

    def _ask(self, case: Case, said: Request, now: datetime) -> None:
        home = home_of(self.session, case.person)
        hers = select(AdaptationFile).where(AdaptationFile.person_id == case.person_id)
        known = [one.code for one in self.session.scalars(hers.order_by(AdaptationFile.id))]
        if home is None or case.person.died_on or said.code in known:
            return
        day = today_in_paris(now)
        asked = Request(said.code, said.asked, day, said.wish, said.own_cost)
        dwelling = self.session.get_one(Dwelling, home)
        file = open_by_hand(
            self.session, case.person, dwelling, asked, viewer=self.coordinator, now=now
        )
        hand_to(self.session, file, self.coordinator.user_id, viewer=self.coordinator, now=now)
        if not said.own_cost:
            self._wait(file, now)

    def _wait(self, file: AdaptationFile, now: datetime) -> None:
        """Let the step take its days, a slow one too many of them."""
        if file.step not in TAKES:
            return
        if file.step is Step.WORKS and file.code in TRADES:
            self._order(file, now)
            return
        if file.step is Step.VISIT and file.since == now and file.code in HEAVY:
            self._send_to_look(file, now)
        days = self.rng.uniform(*TAKES[file.step])
        if self.rng.random() < SLOW:
            days *= self.rng.uniform(*TIMES)
        at = next_office_moment(now + timedelta(days=days))
        self.story.timeline.at(at, partial(self._go_on, file, file.turn))

    def _go_on(self, file: AdaptationFile, turn: int, now: datetime) -> None:
        self.session.refresh(file)
        if file.turn != turn or not file.is_open:
            return  # its person died, or left
        if file.step is Step.VISIT and on_site(self.session, file).is_awaited:
            again = next_office_moment(now + timedelta(days=3))
            self.story.timeline.at(again, partial(self._go_on, file, turn))
            return
        if self.rng.random() < WITHDRAWN and file.step is not Step.ACCOUNTS:
            self._move(file, Step.WITHDRAWN, "Préfère garder son logement comme il est.", now)
        else:
            self._prepare(file, now)
            self._move(file, self._next(file), self._words(file), now)
        self._wait(file, now)

    def _words(self, file: AdaptationFile) -> str:
        """Say what came of a step; of a visit that nobody made, why it is not needed."""
        said = self.rng.choice(SAID[file.step])
        unseen = file.step is Step.VISIT and not on_site(self.session, file).is_done
        return NO_VISIT if unseen else said

    def _next(self, file: AdaptationFile) -> Step:
        if file.step is Step.ELIGIBILITY:
            return Step.FUNDING if file.code in NEEDS_NO_VISIT else Step.VISIT
        return ON[file.step]

    def _move(self, file: AdaptationFile, step: Step, said: str, now: datetime) -> None:
        priority = self.rng.choice(("first", "next", "next", "ordinary"))
        viewer = self.rng.choice((self.coordinator, self.social_worker))
        if step is LEADS_TO.get(file.step):
            came = Random(f"{file.code} {file.opened_at} {step}").choice(FOLLOWED)
            came = replace(came, said=came.said or said)
            note_follow_up(self.session, file, came, turn=file.turn, viewer=viewer, now=now)
            return
        move_file(
            self.session,
            file,
            step,
            turn=file.turn,
            said=said,
            agreed=Agreed("writing", today_in_paris(now)),
            priority=priority,
            viewer=viewer,
            now=now,
        )

    def _prepare(self, file: AdaptationFile, now: datetime) -> None:
        """Let what the step asks for be there: a plan that sums, all of it paid."""
        if file.step is Step.FUNDING:
            plan_to_pay(self.session, file, self.rng, viewer=self.coordinator, now=now)
        elif file.step is Step.ACCOUNTS:
            settle(self.session, file, PayerStage.PAID, viewer=self.coordinator, now=now)

    def _order(self, file: AdaptationFile, now: datetime) -> None:
        trade, place = TRADES[file.code]
        what = f"{ADAPTATIONS[file.code].fr} : voir le devis retenu."
        said = OrderSaid(trade, "P", place, what, "staff")
        order = order_works(self.session, file, said, viewer=self.coordinator, now=now)
        self.builders.let_be_done(order, now)

    def _send_to_look(self, file: AdaptationFile, now: datetime) -> None:
        trade, place = TRADES[file.code]
        said = OrderSaid(trade, "P", place, LOOK, "staff")
        order = order_works(self.session, file, said, viewer=self.coordinator, now=now)
        self.builders.let_be_seen(order, now)

    def _decide(self, file: AdaptationFile, now: datetime) -> None:
        drawn, possible = self.rng.random(), _refusals(file)
        said = Decided("granted")
        if possible and drawn < REFUSED:
            said = self.rng.choice(possible)
        elif possible and drawn < REFUSED + IN_PART:
            said = IN_PART_SAID
        if said.instead and drawn < TALKED_OVER:
            talked = max(today_in_paris(now) - timedelta(days=3), file.asked_on)
            said = replace(said, built_how="phone", built_on=talked)
        decide(self.session, file, said, turn=file.turn, viewer=self.coordinator, now=now)
        if file.step is Step.AGREEMENT:
            settle(self.session, file, PayerStage.GRANTED, viewer=self.coordinator, now=now)
        if file.step is Step.REFUSED and self.rng.random() < REVIEWED:
            at = next_office_moment(now + timedelta(days=self.rng.uniform(6, 40)))
            self.story.timeline.at(at, partial(self._ask_again, file, file.turn))

    def _ask_again(self, file: AdaptationFile, turn: int, now: datetime) -> None:
        self.session.refresh(file)
        if file.turn != turn:
            return
        ask_review(
            self.session,
            file,
            said="Son kinésithérapeute propose une autre disposition.",
            turn=turn,
            viewer=self.social_worker,
            now=now,
        )
        self._wait(file, now)


def _refusals(file: AdaptationFile) -> list[Decided]:
    """List what this very home could be refused for; a bar is never refused."""
    if file.code not in HEAVY:
        return []
    wall, no_lift, to_rebuild = REFUSALS
    home = file.dwelling
    climbs = (home.floor or 0) > 1 and home.residence.has_lift is False
    return [no_lift, wall] if climbs else [wall, to_rebuild]
