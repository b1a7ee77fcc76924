"""Plans of works: a budget and an aim, the works that do most for it, decided, followed."""

import uuid
from collections.abc import Callable, Iterator, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.adaptations.files import label_of
from visits.ground.apart import EngineFailed
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid
from visits.models.works_plans import Aim, WorksPlan, WorksPlanLine
from visits.sight.homes import landlords_run
from visits.works_plan.candidates import Eyes
from visits.works_plan.lines import (
    WHICH,
    Became,
    became,
    home_of,
    house_of,
    list_lines,
    person_of,
    sum_up,
)
from visits.works_plan.plans import (
    NAME_LENGTH,
    STANDINGS,
    PlanSaid,
    change_plan,
    choose_by_hand,
    decide_plan,
    find_plan,
    gather,
    keep,
    labels_for_plans,
    list_plans,
    make_plan,
    note_fault,
    put_back,
    withdraw_plan,
)
from visits.works_plan.solving import solve
from webapp.access.auth import Action, may, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.languages import current_language
from webapp.frame.transaction import now, reading, transaction
from webapp.office.frame.access import showing
from webapp.office.frame.list_file import list_file, whole
from webapp.office.frame.listing import pairs, stands_at, wanted_by, wanted_latest_first
from webapp.office.frame.small_counts import told
from webapp.words import word

works_plan = Blueprint("works_plan", __name__, url_prefix="/works-plans")

Change = Callable[[Session, WorksPlan], object]


def _eyes() -> Eyes:
    """Tell how far the account sees works, each as its role does elsewhere."""
    follows = may(Action.FOLLOW_ADAPTATIONS)
    return Eyes(viewer(Action.SEE_WORKS), viewer(Action.FOLLOW_ADAPTATIONS) if follows else None)


@works_plan.get("/")
@requires(Action.PLAN_WORKS)
def index() -> ResponseReturnValue:
    """List the plans: one's own drafts, and what was decided."""
    standing = request.args.get("standing", "")
    with reading() as session:
        return render_template(
            "works_plan/index.html",
            listed=list_plans(
                session, viewer(), standing=standing, wanted=wanted_latest_first("made")
            ),
            landlords=landlords_run(session, viewer()),
            standings=STANDINGS,
            standing=standing,
        )


@works_plan.get("/plans.csv")
@requires(Action.PLAN_WORKS)
def export_plans() -> ResponseReturnValue:
    """Give the plans as a file, filtered and sorted as the page is."""
    standing = request.args.get("standing", "")
    with reading() as session:
        asked = whole(wanted_latest_first("made"))
        listed = list_plans(session, viewer(), standing=standing, wanted=asked)
        head = (
            _("Name"),
            _("Aim"),
            _("The label to reach"),
            _("Budget"),
            _("State"),
            _("Made by"),
            _("Landlord"),
        )
        rows = [
            (
                one.name, word("works_does", one.aim), one.label.name if one.label else "",
                one.budget_cents / 100,
                word("works_plan", one.standing), one.made_by.name, one.landlord.name,
            )
            for one in listed.rows
        ]  # fmt: skip
        return list_file("plans-de-travaux.csv", [head, *rows], of=listed)


@works_plan.get("/new")
@requires(Action.PLAN_WORKS)
def new() -> ResponseReturnValue:
    """Ask for a budget and an aim."""
    return _new()


@works_plan.post("/new")
@requires(Action.PLAN_WORKS)
def make() -> ResponseReturnValue:
    """Make a plan and work it out."""
    try:
        with transaction() as session:
            plan = make_plan(session, _said(), viewer=viewer(), now=now())
    except Invalid as refused:
        return _new(refused), 422
    return _worked_out(plan.id)


@works_plan.get("/<uuid:plan_id>")
@requires(Action.PLAN_WORKS)
def show(plan_id: uuid.UUID) -> ResponseReturnValue:
    """Show what a plan takes, building by building, what it leaves out and why."""
    return _show(plan_id)


@works_plan.get("/<uuid:plan_id>/works.csv")
@requires(Action.PLAN_WORKS)
def export(plan_id: uuid.UUID) -> ResponseReturnValue:
    """Give the works of a plan as a file, filtered and sorted as the page is."""
    with showing("works_plan") as (session, shown):
        plan, asked = find_plan(session, viewer(), plan_id), whole(wanted_by("building"))
        listed = list_lines(
            session, plan, _eyes(), which=request.args.get("which", ""),
            residence=request.args.get("residence", type=uuid.UUID), wanted=asked,
        )  # fmt: skip
        shown.update(person_of(line) for line in listed.rows)
        return list_file("plan-de-travaux.csv", _rows(listed.rows), of=listed)


def _rows(lines: Sequence[WorksPlanLine]) -> Iterator[Sequence[object]]:
    yield (
        _("City"), _("Address"), _("Dwelling"), _("Reference"), _("What to do"), _("Cost"),
        _("Cost known from"), _("In the plan"), _("Why not"), _("State"),
    )  # fmt: skip
    for line in lines:
        house, home = house_of(line), home_of(line)
        yield (
            house.city,
            house.address,
            home.reference if home is not None else "",
            reference_of(line),
            what_of(line),
            f"{line.cents // 100},{line.cents % 100:02d}" if line.cents is not None else "",
            word("works_cost_from", line.cost_from) if line.cost_from else "",
            _("yes") if line.chosen else _("no"),
            word("works_out_why", line.why) if line.why else "",
            word("works_became", became(line)),
        )


def reference_of(line: WorksPlanLine) -> str:
    """Give the reference of the order or the adaptation."""
    of = line.order or line.adaptation
    return of.reference if of is not None else ""


def what_of(line: WorksPlanLine) -> str:
    """Say in the reader's language what is to be done."""
    if line.order is not None:
        label = line.order.label
    else:
        assert line.adaptation is not None
        label = label_of(line.adaptation)
    return (label.get(current_language()) or label["fr"]).replace("**", "")


@works_plan.post("/<uuid:plan_id>/terms")
@requires(Action.PLAN_WORKS)
def change(plan_id: uuid.UUID) -> ResponseReturnValue:
    """Give a draft another name, aim or budget, and work it out again."""

    def said(session: Session, plan: WorksPlan) -> object:
        change_plan(session, plan, _said(), now=now())
        return ""

    return _changed(plan_id, said) or _worked_out(plan_id)


@works_plan.post("/<uuid:plan_id>/works")
@requires(Action.PLAN_WORKS)
def by_hand(plan_id: uuid.UUID) -> ResponseReturnValue:
    """Put works in or leave them out, and work the rest out again."""

    def chosen(session: Session, plan: WorksPlan) -> object:
        try:
            ids = [uuid.UUID(one) for one in request.form.getlist("ids")]
        except ValueError:
            raise Invalid({"ids": "bad_choice"}) from None
        choose_by_hand(session, plan, ids, request.form.get("hand", "?"), eyes=_eyes())
        return ""

    return _changed(plan_id, chosen) or _worked_out(plan_id)


@works_plan.post("/<uuid:plan_id>/worked-out")
@requires(Action.PLAN_WORKS)
def again(plan_id: uuid.UUID) -> ResponseReturnValue:
    """Work a draft out again, of what is open and costs today."""
    return _worked_out(plan_id)


@works_plan.post("/<uuid:plan_id>/decision")
@requires(Action.PLAN_WORKS)
def decide(plan_id: uuid.UUID) -> ResponseReturnValue:
    """Freeze a plan as a decision."""

    def decided(session: Session, plan: WorksPlan) -> object:
        decide_plan(session, plan, eyes=_eyes(), viewer=viewer(), now=now())
        return _("The plan is decided: its works are followed here.")

    return _changed(plan_id, decided) or redirect(url_for(".show", plan_id=plan_id))


@works_plan.post("/<uuid:plan_id>/withdrawal")
@requires(Action.PLAN_WORKS)
def withdraw(plan_id: uuid.UUID) -> ResponseReturnValue:
    """Withdraw a plan, or put it back."""

    def withdrawn(session: Session, plan: WorksPlan) -> object:
        if request.form.get("what") == "back":
            put_back(session, plan)
            return _("The plan is put back.")
        withdraw_plan(plan, viewer=viewer(), now=now())
        return _("The plan is withdrawn: it stays here and can be put back.")

    return _changed(plan_id, withdrawn) or redirect(url_for(".show", plan_id=plan_id))


def _worked_out(plan_id: uuid.UUID) -> ResponseReturnValue:
    """Work a plan out: nobody waits for it meanwhile, and what stood stays when it fails."""
    try:
        with reading() as session:
            plan = find_plan(session, viewer(), plan_id)
            problem = gather(session, plan, _eyes(), now=now())
        solution = solve(problem)
        with transaction() as session:
            plan = find_plan(session, viewer(), plan_id, to_change=True)
            keep(session, plan, problem, solution, now=now())
    except EngineFailed as failed:
        with transaction() as session:
            note_fault(find_plan(session, viewer(), plan_id, to_change=True), str(failed))
    except Conflict as refused:
        return _show(plan_id, sentence(refused.code, dict(refused.details))), 409
    return redirect(url_for(".show", plan_id=plan_id))


def _changed(plan_id: uuid.UUID, change: Change) -> ResponseReturnValue | None:
    """Change a plan; gives the page that says why it was refused, or nothing."""
    try:
        with transaction() as session:
            done = change(session, find_plan(session, viewer(), plan_id, to_change=True))
    except Invalid as refused:
        errors = {name: sentence(code) for name, code in refused.fields.items()}
        return _show(plan_id, errors=errors), 422
    except Conflict as refused:
        return _show(plan_id, sentence(refused.code, dict(refused.details))), 409
    if done:
        flash(str(done), "success")
    return None


def _said() -> PlanSaid:
    return PlanSaid(
        *(request.form.get(one, "") for one in ("name", "aim", "budget", "landlord", "label"))
    )


def _aims() -> list[Aim]:
    """List the aims of a plan: homes reach a label by adaptations, which not everybody sees."""
    return [one for one in Aim if one is not Aim.LABEL or may(Action.FOLLOW_ADAPTATIONS)]


def _new(refused: Invalid | None = None) -> str:
    with reading() as session:
        fields = refused.fields if refused else {}
        return render_template(
            "works_plan/new.html",
            landlords=pairs(landlords_run(session, viewer()), "id", "name"),
            aims=_aims(),
            labels=labels_for_plans(session, viewer(), today=today_in_paris(now())),
            name_length=NAME_LENGTH,
            follows=may(Action.FOLLOW_ADAPTATIONS),
            typed=request.form,
            errors={name: sentence(code) for name, code in fields.items()},
        )


def _show(plan_id: uuid.UUID, error: str = "", errors: dict[str, str] | None = None) -> str:
    stands_at("works_plan.show", plan_id=plan_id)
    which, eyes = request.args.get("which", ""), _eyes()
    residence = request.args.get("residence", type=uuid.UUID)
    with showing("works_plan") as (session, shown):
        plan = find_plan(session, viewer(), plan_id)
        listed = list_lines(
            session, plan, eyes, which=which, residence=residence, wanted=wanted_by("building")
        )
        shown.update(person_of(line) for line in listed.rows)
        return render_template(
            "works_plan/show.html",
            plan=plan,
            told=sum_up(session, plan, eyes, today=today_in_paris(now())),
            as_may_be_told=told,
            listed=listed,
            which=which,
            residence=residence,
            whiches=WHICH,
            became=became,
            given_up=Became.GIVEN_UP,
            home_of=home_of,
            house_of=house_of,
            reference_of=reference_of,
            what_of=what_of,
            aims=_aims(),
            labels=labels_for_plans(
                session, viewer(), of=plan.landlord_id, today=today_in_paris(now())
            ),
            name_length=NAME_LENGTH,
            follows=eyes.adaptations is not None,
            typed=request.form,
            error=error,
            errors=errors or {},
        )
