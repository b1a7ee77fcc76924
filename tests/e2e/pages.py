"""The pages of the product, by role: what the page tests open and the screenshots show."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from diagnostics.codes import ADAPTATIONS
from diagnostics.forms import read_shipped
from diagnostics.workbook import Validation, examine, publish, read_workbook
from tests.factories import make_viewer
from tests.submissions import FALLS, fill
from visits.adaptations.alternatives import alternatives_of
from visits.adaptations.commissions import call_commission
from visits.adaptations.deciding import Decided, decide
from visits.adaptations.files import Request, open_by_hand
from visits.adaptations.moving import move_file
from visits.agenda.doors import Knock, report_shut_door
from visits.forms.drafts import keep_draft
from visits.forms.published import WorkbookFile, publish_form
from visits.ground.deadlines import today_in_paris
from visits.intake.submissions import record_submission
from visits.models.accounts import Device, Organisation, OrganisationKind, Role, User
from visits.models.adaptations import AdaptationFile, Step
from visits.models.calls import ContactAttempt, Disposition
from visits.models.cases import Case, CaseState, Task, TaskState
from visits.models.labels import HomeLabel
from visits.models.needs import AutonomyNote
from visits.models.people import Person, PersonAlert
from visits.models.portfolio import FormVersion, Import
from visits.models.surroundings import NearbyService, OrderedService
from visits.models.visits import Consequence, Submission, Visit
from visits.models.works import WorkOrder, WorkOrderState
from visits.programmes.drafts import begin_draft, digest_of, keep_part, said_in, take_up
from visits.sight import Reach
from webapp.frame.transaction import House

SAID_TO_HER = "Un siège de bain vous aidera mieux."


@dataclass(frozen=True)
class Shown:
    """A page, the role that opens it, and whether the docs show it."""

    name: str
    role: str
    path: str
    in_docs: bool = False


def send_again(house: House) -> tuple[str, str]:
    """Send a home visit a second time with other answers; gives its page, and the comparison's."""
    with house.sessions.begin() as session:
        first = session.scalars(
            select(Submission)
            .join(Submission.form_version)
            .join(Submission.visit)
            .join(Visit.case)
            .join(Case.person)
            .where(FormVersion.form_id == "home_visit", Person.protected.is_(False))
            .order_by(Submission.received_at, Submission.id)
            .limit(1)
        ).one()
        second = record_submission(
            session,
            house.store,
            xml=fill(FALLS),
            files=(),
            viewer=make_viewer(first.sent_by, Reach.OWN),
            now=datetime.now(UTC),
            visit_id=first.visit_id,
        )
        return f"/visits/{first.visit_id}", f"/comparisons/{first.id}/{second.id}"


def knock_in_vain(house: House) -> None:
    """Tell of a door that stayed shut: a small demonstration may have none."""
    now = datetime.now(UTC)
    with house.sessions.begin() as session:
        visit = session.scalars(
            select(Visit)
            .join(Visit.case)
            .join(Case.person)
            .where(Visit.state == "planned", Person.protected.is_(False))
            .order_by(Visit.planned_start_at.desc(), Visit.id)
            .limit(1)
        ).one()
        visitor = session.get_one(User, visit.visitor_id)
        knock = Knock(Disposition.NO_ANSWER, at=now, left_behind=("card",))
        report_shut_door(session, visit, knock, viewer=make_viewer(visitor, Reach.OWN), now=now)


def hand_in_forms(house: House) -> tuple[str, str]:
    """Publish a form's next version and hand in a draft; gives the first's changes, the second."""
    data = read_shipped("weekly_support").replace(b". <= 480", b". <= 470")
    version = read_workbook(data, suffix=".yaml").setting("version")
    later = [data.replace(version.encode(), number.encode()) for number in ("20990101", "20990102")]
    now = datetime.now(UTC)
    with house.sessions.begin() as session:
        form = publish(read_workbook(later[0], suffix=".yaml"))
        published = publish_form(
            session, form, by=None, now=now, workbook=WorkbookFile("weekly.yaml", later[0])
        )
        draft = keep_draft(
            session,
            house.store,
            examine(read_workbook(later[1], suffix=".yaml")),
            WorkbookFile("weekly.yaml", later[1]),
            validation=Validation(ran=False),
            by=session.scalars(select(User.id).order_by(User.id).limit(1)).one(),
            now=now,
        )
        write_programme_drafts(session, by=draft.uploaded_by_id, now=now)
        return f"/forms/{published.form_id}/{published.version}", f"/forms/drafts/{draft.id}"


def write_programme_drafts(session: Session, *, by: uuid.UUID, now: datetime) -> None:
    """Write a programme's next version, and a new programme of which little is said."""
    seniors = said_in(take_up(session, "seniors", by=by, now=now))
    calls = {"protocol": {"max_calls": 5}, "follow_up": seniors["follow_up"]}
    held = digest_of(seniors, calls)
    keep_part(session, "seniors", calls, keys=calls, held=held, by=by, now=now)
    begin_draft(session, {"fr": "Visites canicule", "en": "Heatwave visits"}, by=by, now=now)


def sit_today(house: House) -> str:
    """Call a commission on adaptations that sits today; gives its page."""
    now = datetime.now(UTC)
    with house.sessions.begin() as session:
        offices = select(User).where(User.role == Role.COORDINATOR).order_by(User.id)
        viewer = make_viewer(session.scalars(offices.limit(1)).one())
        held = call_commission(session, today_in_paris(now), viewer=viewer, now=now)
        return f"/adaptations/commissions/{held.id}"


def refuse_one(house: House) -> str:
    """Refuse an adaptation with something instead; gives the page where that is opened."""
    now = datetime.now(UTC)
    with house.sessions.begin() as session:
        offices = select(User).where(User.role == Role.COORDINATOR).order_by(User.id)
        hers = (
            select(AdaptationFile)
            .join(AdaptationFile.person)
            .where(Person.protected.is_(False), Person.died_on.is_(None))
            .order_by(AdaptationFile.id)
        )
        known = session.scalars(hers).all()
        of, asked = known[0], {one.code for one in known if one.person_id == known[0].person_id}
        code = next(one for one in ADAPTATIONS if one not in asked)
        viewer = make_viewer(session.scalars(offices.limit(1)).one())
        wish = Request(code, "letter", today_in_paris(now), "Comme sa voisine.")
        file = open_by_hand(session, of.person, of.dwelling, wish, viewer=viewer, now=now)
        move_file(session, file, Step.ELIGIBILITY, turn=file.turn, viewer=viewer, now=now)
        said = Decided(
            "refused", "not_needed", SAID_TO_HER, {"aid": "Un siège de bain."}, "not_yet"
        )
        decision = decide(session, file, said, turn=file.turn, viewer=viewer, now=now)
        (offered,) = alternatives_of(session, file, decision)
        return f"/adaptations/{file.id}/alternatives/{offered.offered.id}"


def visits_of_each(house: House) -> list[str]:
    """Give a visit that each visitor did, and one that called for an adaptation."""
    done = select(func.min(Visit.id)).join(Visit.submissions).group_by(Visit.visitor_id)
    adapted = done.join(Submission.consequences).where(Consequence.kind == "adaptation")
    with house.sessions() as session:
        each = [f"/visits/{one}" for one in session.scalars(done)]
        return each + [f"/visits/{one}/funding" for one in session.scalars(adapted)]


def pages_of(house: House) -> list[Shown]:
    """List every page with something on it, from a loaded demonstration."""
    twice, comparison = send_again(house)
    published, draft = hand_in_forms(house)
    knock_in_vain(house)
    sitting = sit_today(house)
    with house.sessions() as session:

        def first(statement: object) -> object:
            return session.scalars(statement.limit(1)).one()  # type: ignore[attr-defined]

        open_order = first(
            select(WorkOrder.id).order_by(WorkOrder.state != WorkOrderState.OPEN, WorkOrder.id)
        )
        by_hand = select(WorkOrder).where(WorkOrder.opened_by_id.is_not(None))
        of_home, of_house = (
            session.scalars(
                by_hand.where(column.is_not(None)).order_by(WorkOrder.id).limit(1)
            ).one()
            for column in (WorkOrder.dwelling_id, WorkOrder.residence_id)
        )
        done_order = first(select(WorkOrder.id).where(WorkOrder.state == WorkOrderState.DONE))
        own_visitor = first(
            select(User.id)
            .join(User.organisation)
            .where(User.role == Role.VISITOR, Organisation.kind == OrganisationKind.LANDLORD)
            .order_by(User.id)
        )
        to_call = first(select(Case.id).where(Case.state == CaseState.TO_CALL))
        planned = first(select(Case.id).where(Case.state == CaseState.PLANNED))
        to_plan = first(
            select(Case.id)
            .where(Case.closed_on.is_(None))
            .order_by(Case.state != CaseState.AGREED, Case.id)
        )
        refused = first(select(Case.id).where(Case.state == CaseState.REFUSED))
        order_visit = select(Submission.visit_id).join(Submission.consequences)
        visit = first(order_visit.where(Submission.visit_id.is_not(None)))
        adapted = first(order_visit.where(Consequence.kind == "adaptation"))
        kit = session.scalars(
            select(Submission.visit_id)
            .join(Submission.form_version)
            .where(FormVersion.form_id == "eco_kit", Submission.visit_id.is_not(None))
        ).first()
        planned_visit = first(select(Visit.id).where(Visit.state == "planned"))
        follow_up = first(
            select(Task.id)
            .where(Task.consequence_id.is_not(None))
            .order_by(Task.state != TaskState.OPEN, Task.due_on, Task.id)
        )
        person = first(
            select(Case.person_id)
            .join(Person, Person.id == Case.person_id)
            .where(Case.state == CaseState.VISITED, Person.protected.is_(False))
        )
        failed = first(select(Visit.id).where(Visit.state == "failed"))
        several = first(
            select(Submission.visit_id)
            .where(Submission.visit_id.is_not(None))
            .group_by(Submission.visit_id)
            .having(func.count() > 1)
        )
        minded = first(
            select(PersonAlert.person_id)
            .join(Person, Person.id == PersonAlert.person_id)
            .where(PersonAlert.ended_on.is_(None), Person.protected.is_(False))
        )
        asked = first(select(AutonomyNote.person_id).order_by(AutonomyNote.id))
        knocked = first(select(ContactAttempt.case_id).where(ContactAttempt.visit_id.is_not(None)))
        label = first(select(HomeLabel.id))
        near = session.scalars(select(NearbyService).order_by(NearbyService.id)).first()
        assert near is not None
        ordered = session.scalars(select(OrderedService).order_by(OrderedService.id)).first()
        assert ordered is not None
        young = first(
            select(Case.id)
            .where(Case.programme == "young_tenants", Case.closed_on.is_(None))
            .order_by(Case.id)
        )
        ringing = first(
            select(Visit.id).where(Visit.channel == "phone", Visit.state == "under_way")
        )
        file = first(select(Import.id).where(Import.imported_at.is_not(None)))
        tablet_user = first(select(Device.user_id))
        form = session.scalars(
            select(FormVersion).where(FormVersion.form_id == "home_visit")
        ).first()
        assert form is not None
    return [
        Shown("home-coordinator", "coordinator", "/", in_docs=True),
        Shown("imports", "coordinator", "/imports/"),
        Shown("import", "coordinator", f"/imports/{file}"),
        Shown("targeting", "coordinator", "/programmes/seniors/targeting", in_docs=True),
        Shown("calls", "coordinator", "/cases/", in_docs=True),
        Shown("visitor", "coordinator", f"/visitors/{own_visitor}"),
        Shown("call", "coordinator", f"/cases/{to_call}", in_docs=True),
        Shown("call-desk", "coordinator", "/desk/"),
        Shown("call-desk-person", "coordinator", f"/desk/{to_call}"),
        Shown("call-form", "coordinator", f"/by-phone/{ringing}"),
        Shown("call-planned", "coordinator", f"/cases/{planned}"),
        Shown("slots", "coordinator", f"/cases/{to_plan}/slots"),
        Shown("tasks", "coordinator", "/tasks/?state=open_all"),
        Shown("tasks-empty", "coordinator", "/tasks/?q=zzzz"),
        Shown("call-refused", "coordinator", f"/cases/{refused}"),
        Shown("person-wishes", "coordinator", f"/people/{asked}/wishes"),
        Shown("people", "coordinator", "/people/?q=martin"),
        Shown("people-empty", "coordinator", "/people/?q=zzzz"),
        Shown("person", "coordinator", f"/people/{person}"),
        Shown("commission-sits", "coordinator", f"{sitting}?q=martin"),
        Shown("commission-asks", "coordinator", f"{sitting}/asks/{person}"),
        Shown("visits", "coordinator", "/visits/"),
        Shown("visit", "coordinator", f"/visits/{visit}", in_docs=True),
        Shown("visit-twice", "coordinator", twice),
        Shown("visit-funding", "coordinator", f"/visits/{adapted}/funding"),
        *(
            [Shown("visit-savings", "coordinator", f"/visits/{kit}/savings", in_docs=True)]
            if kit
            else []
        ),
        Shown("visit-planned", "coordinator", f"/visits/{planned_visit}"),
        Shown("visit-failed", "coordinator", f"/visits/{failed}"),
        Shown("visit-several-forms", "coordinator", f"/visits/{several}"),
        Shown("person-alerts", "coordinator", f"/people/{minded}"),
        Shown("call-shut-door", "coordinator", f"/cases/{knocked}"),
        Shown("comparison", "coordinator", comparison, in_docs=True),
        Shown("kit-stock", "coordinator", "/kits/"),
        Shown("kit-recall", "coordinator", "/kits/recall?batch=2601-1"),
        Shown("kit-in-place", "coordinator", "/kits/in-place/"),
        Shown("kit-in-place-homes", "coordinator", "/kits/in-place/homes?told=not_asked"),
        Shown("adapted-homes", "coordinator", "/homes/register/"),
        Shown(
            "adapted-homes-labelled", "coordinator", f"/homes/register/?label={label}&standing=has"
        ),
        Shown("labels", "coordinator", "/homes/labels/"),
        Shown("label", "coordinator", f"/homes/labels/{label}"),
        Shown("label-new", "coordinator", "/homes/labels/new"),
        Shown("adapted-homes-none", "coordinator", "/homes/register/?q=zzzz"),
        Shown("around", "coordinator", "/surroundings/?lacks=pharmacy"),
        Shown("around-none", "coordinator", "/surroundings/?q=zzzz"),
        Shown("around-residence", "coordinator", f"/surroundings/of/{near.residence_id}"),
        Shown("service", "coordinator", f"/surroundings/services/{near.id}"),
        Shown("ordered", "coordinator", "/surroundings/orders/?state=all"),
        Shown("ordered-none", "manager", "/surroundings/orders/?q=zzzz"),
        Shown("ordered-one", "manager", f"/surroundings/orders/{ordered.id}"),
        Shown("around-mapped", "partner_coordinator", f"/surroundings/of/{ordered.residence_id}"),
        Shown("ordered-of-partner", "partner_coordinator", f"/surroundings/orders/{ordered.id}"),
        Shown("ordered-new", "coordinator", f"/surroundings/orders/new/{ordered.residence_id}"),
        Shown("rents", "coordinator", f"/cases/{young}/rent"),
        Shown("moves", "coordinator", "/transfers/?state=all"),
        Shown("moves-none", "coordinator", "/transfers/?q=zzzz"),
        Shown("homes-awaited", "coordinator", "/transfers/awaited"),
        Shown("targeting-young", "coordinator", "/programmes/young_tenants/targeting"),
        Shown("programmes", "coordinator", "/programmes/"),
        Shown("programmes-none", "coordinator", "/programmes/?q=zzzz"),
        Shown("programme", "coordinator", "/programmes/seniors"),
        Shown("programme-version", "coordinator", "/programmes/seniors/versions/1"),
        Shown("programme-older", "coordinator", "/programmes/seniors/older"),
        Shown("programme-new", "coordinator", "/programmes/new"),
        Shown("programme-draft", "coordinator", "/programmes/seniors/draft"),
        Shown("programme-begun", "coordinator", "/programmes/visites_canicule/draft"),
        Shown("programme-public", "coordinator", "/programmes/seniors/draft/public"),
        Shown("programme-visits", "coordinator", "/programmes/seniors/draft/visits"),
        Shown("programme-rhythm", "coordinator", "/programmes/seniors/draft/rhythm"),
        Shown("programme-order", "coordinator", "/programmes/seniors/draft/order"),
        Shown("programme-means", "coordinator", "/programmes/seniors/draft/means"),
        Shown("follow-ups", "coordinator", "/follow-ups/"),
        Shown("follow-up", "coordinator", f"/follow-ups/{follow_up}"),
        Shown("forms", "coordinator", "/forms/"),
        Shown("form", "coordinator", f"/forms/{form.form_id}/{form.version}"),
        Shown("form-changes", "coordinator", f"{published}/changes"),
        Shown("form-draft", "coordinator", draft),
        Shown("form-draft-preview", "coordinator", f"{draft}/preview"),
        Shown("enrol-first", "coordinator", "/programmes/seniors/targeting/first?number=5"),
        Shown("diary", "coordinator", f"/cases/{planned}/diary"),
        Shown("form-upload", "coordinator", "/forms/new"),
        Shown("parameters", "coordinator", "/parameters/", in_docs=True),
        Shown("parameters-past", "manager", "/parameters/?state=past"),
        Shown("parameter", "administrator", "/parameters/water_price"),
        Shown("form-preview", "coordinator", f"/forms/{form.form_id}/{form.version}/preview"),
        Shown("home-technician", "technician", "/"),
        Shown("work-orders", "technician", "/work-orders/", in_docs=True),
        Shown("work-orders-closed", "technician", "/work-orders/?state=done&sort=due&desc=1"),
        Shown("work-orders-none", "technician", "/work-orders/?q=zzzz"),
        Shown("work-order", "technician", f"/work-orders/{open_order}", in_docs=True),
        Shown("work-order-by-hand", "coordinator", f"/work-orders/{of_home.id}"),
        Shown("work-order-common", "technician", f"/work-orders/{of_house.id}"),
        Shown("work-order-where", "coordinator", "/work-orders/new?q=rue"),
        Shown("work-order-where-none", "coordinator", "/work-orders/new?q=zzzz"),
        Shown("work-order-new", "coordinator", f"/work-orders/new/dwelling/{of_home.dwelling_id}"),
        Shown(
            "work-order-new-common",
            "technician",
            f"/work-orders/new/residence/{of_house.residence_id}",
        ),
        Shown("work-order-done", "technician", f"/work-orders/{done_order}"),
        Shown("home-manager", "manager", "/"),
        Shown("map", "manager", "/map/", in_docs=True),
        Shown("map-hexagons", "manager", "/map/?mode=hexagons"),
        Shown("outcomes", "manager", "/outcomes/", in_docs=True),
        Shown("rates", "coordinator", "/outcomes/rates/?by=caller"),
        Shown("rates-told", "manager", "/outcomes/rates/?by=town"),
        Shown("falls", "coordinator", "/outcomes/falls/?programme=seniors"),
        Shown("savings-summed", "coordinator", "/outcomes/savings/"),
        Shown("savings-visits", "coordinator", "/outcomes/savings/visits"),
        Shown("falls-spans", "coordinator", "/outcomes/falls/spans?programme=seniors&only="),
        Shown("home-social-worker", "social_worker", "/"),
        Shown("home-partner", "partner_coordinator", "/"),
        Shown("home-funder", "funder", "/"),
        Shown("figures", "funder", "/figures/"),
        Shown("home-administrator", "administrator", "/"),
        Shown("accounts", "administrator", "/accounts/"),
        Shown("account-tablets", "administrator", f"/accounts/{tablet_user}"),
        Shown("account-new", "administrator", "/accounts/new"),
        Shown("account", "administrator", "/account"),
        Shown("password", "administrator", "/account/password"),
        Shown("account-edit", "administrator", f"/accounts/{tablet_user}/edit"),
        Shown("second-factor", "administrator", "/account/second-factor"),
        Shown("api", "administrator", "/api/docs"),
        Shown("not-found", "administrator", "/nothing-here"),
    ]
