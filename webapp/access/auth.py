"""Who may do what: one table of actions, roles and reach, applied before every request."""

import enum
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, cast

from flask import Flask, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Forbidden
from visits.models.accounts import Role
from visits.models.mandates import Right
from visits.sight import Held, Reach, Viewer, mandates_held
from visits.sight.landlords import Bound, bound_of
from visits.sight.mandates import WORK, giving
from visits.sight.reach import BY_MANDATE
from webapp.access.account import Account
from webapp.access.who_asks import (
    NotSignedIn,
    late_account,
    machine_account,
    refuse_lost_device,
    session_account,
)
from webapp.frame.transaction import house, now, reading

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])


class Action(enum.StrEnum):
    """What an endpoint lets one do."""

    OWN_ACCOUNT = "own_account"
    SEE_PERSONS = "see_persons"
    PROTECT_PERSONS = "protect_persons"
    NOTE_ALERTS = "note_alerts"
    NOTE_LIFE_EVENTS = "note_life_events"
    EDIT_PERSONS = "edit_persons"
    SEE_HOMES = "see_homes"
    EDIT_HOMES = "edit_homes"
    NOTE_SURROUNDINGS = "note_surroundings"
    ORDER_SERVICES = "order_services"
    SEE_ORDERED = "see_ordered"
    JUDGE_ORDERED = "judge_ordered"
    IMPORT_STOCK = "import_stock"
    ENROL = "enrol"
    SEE_CASES = "see_cases"
    CALL = "call"
    PLAN = "plan"
    DECIDE = "decide"
    DO_TASKS = "do_tasks"
    SUPPORT = "support"
    VISIT = "visit"
    VISIT_BESIDE = "visit_beside"
    CARRY_DAY = "carry_day"
    HAND_IN = "hand_in"
    CARRY_WORKS = "carry_works"
    HAND_OUT_KITS = "hand_out_kits"
    SEE_VISITS = "see_visits"
    SEE_ANSWERS = "see_answers"
    REVIEW_ANSWERS = "review_answers"
    RECORD_SCORES = "record_scores"
    SEE_WORKS = "see_works"
    DO_WORKS = "do_works"
    GIVE_WORKS = "give_works"
    OPEN_WORKS = "open_works"
    TELL_TENANTS = "tell_tenants"
    APPROVE_COSTS = "approve_costs"
    PLAN_WORKS = "plan_works"
    SEE_ALERTS = "see_alerts"
    FOLLOW_UP = "follow_up"
    FOLLOW_ADAPTATIONS = "follow_adaptations"
    DECIDE_ADAPTATIONS = "decide_adaptations"
    FOLLOW_REFERRALS = "follow_referrals"
    RUN_SESSIONS = "run_sessions"
    SEE_CIRCLES = "see_circles"
    KEEP_CIRCLES = "keep_circles"
    SEE_MAP = "see_map"
    SEE_OUTCOMES = "see_outcomes"
    KEEP_BUDGETS = "keep_budgets"
    SEE_FIGURES = "see_figures"
    READ_FORMS = "read_forms"
    SEE_FORMS = "see_forms"
    MANAGE_FORMS = "manage_forms"
    MANAGE_PROGRAMMES = "manage_programmes"
    EDIT_PAPERS = "edit_papers"
    SEE_PARAMETERS = "see_parameters"
    MANAGE_PARAMETERS = "manage_parameters"
    MANAGE_ACCOUNTS = "manage_accounts"
    SEE_MANDATES = "see_mandates"
    MANAGE_MANDATES = "manage_mandates"


_ALL, _OWN, _ORG, _MAN = Reach.ALL, Reach.OWN, Reach.ORGANISATION, Reach.MANDATE
VIS, COO, PAR = Role.VISITOR, Role.COORDINATOR, Role.PARTNER_COORDINATOR
TEC, MAN, SOC, ADM = Role.TECHNICIAN, Role.MANAGER, Role.SOCIAL_WORKER, Role.ADMINISTRATOR
FUN, CON = Role.FUNDER, Role.CONTRACTOR

# The permissions, whole: a role that is not in an action's row may not do it. An account with a
# territory never reaches further than its territory, but for the visits that are its own; one of a
# landlord, where there are several, never further than that landlord's stock, and one of none no
# further than its mandates: no role sees all tenants there. A landlord's visitor is told what is
# due in its homes as its office is.
PERMISSIONS: dict[Action, dict[Role, Reach]] = {
    Action.OWN_ACCOUNT: dict.fromkeys(Role, Reach.OWN),
    Action.SEE_PERSONS: {COO: _ALL, SOC: _ALL, PAR: _ORG},
    Action.PROTECT_PERSONS: {COO: _ALL, SOC: _ALL},
    Action.NOTE_ALERTS: {COO: _ALL, SOC: _ALL},
    Action.NOTE_LIFE_EVENTS: {COO: _ALL, SOC: _ALL, PAR: _MAN},
    Action.EDIT_PERSONS: {COO: _ALL, SOC: _ALL},
    Action.SEE_HOMES: {COO: _ALL, SOC: _ALL, TEC: _ALL, MAN: _ALL, PAR: _ORG},
    Action.EDIT_HOMES: {COO: _ALL, TEC: _ALL},
    Action.NOTE_SURROUNDINGS: {COO: _ALL, SOC: _ALL, TEC: _ALL, MAN: _ALL},
    Action.ORDER_SERVICES: {COO: _ALL},
    Action.SEE_ORDERED: {COO: _ALL, MAN: _ALL, PAR: Reach.GIVEN},
    Action.JUDGE_ORDERED: {COO: _ALL, MAN: _ALL},
    Action.IMPORT_STOCK: {COO: _ALL},
    Action.ENROL: {COO: _ALL},
    Action.SEE_CASES: {COO: _ALL, PAR: _ORG},
    Action.CALL: {COO: _ALL, PAR: _MAN},
    Action.PLAN: {COO: _ALL, PAR: _ORG},
    Action.DECIDE: {COO: _ALL, PAR: _MAN},
    Action.DO_TASKS: {COO: _ALL, SOC: _ALL, PAR: _ORG, VIS: _OWN},
    Action.SUPPORT: {COO: _ALL, SOC: _ALL, PAR: _ORG},
    Action.VISIT: {VIS: _OWN},
    Action.VISIT_BESIDE: {VIS: _ORG},
    Action.CARRY_DAY: {VIS: _OWN, TEC: _OWN},
    Action.HAND_IN: {VIS: _OWN, TEC: _OWN},
    Action.CARRY_WORKS: {TEC: _ALL},
    Action.HAND_OUT_KITS: {COO: _ALL, PAR: _ORG},
    Action.SEE_VISITS: {COO: _ALL, SOC: _ALL, PAR: _ORG, VIS: _OWN},
    Action.SEE_ANSWERS: {COO: _ALL, SOC: _ALL, VIS: _OWN},
    Action.REVIEW_ANSWERS: {COO: _ALL, SOC: _ALL},
    Action.RECORD_SCORES: {COO: _ALL, SOC: _ALL},
    Action.SEE_WORKS: {TEC: _ALL, COO: _ALL, MAN: _ALL, CON: Reach.GIVEN},
    Action.DO_WORKS: {TEC: _ALL, CON: Reach.GIVEN},
    Action.GIVE_WORKS: {TEC: _ALL},
    Action.OPEN_WORKS: {TEC: _ALL, COO: _ALL},
    Action.TELL_TENANTS: {COO: _ALL},
    Action.APPROVE_COSTS: {MAN: _ALL},
    Action.PLAN_WORKS: {MAN: _ALL, COO: _ALL},
    Action.SEE_ALERTS: {COO: _ALL, TEC: _ALL},
    Action.FOLLOW_UP: {COO: _ALL, SOC: _ALL},
    Action.FOLLOW_ADAPTATIONS: {COO: _ALL, SOC: _ALL},
    Action.DECIDE_ADAPTATIONS: {COO: _ALL},
    Action.FOLLOW_REFERRALS: {COO: _ALL, SOC: _ALL},
    Action.RUN_SESSIONS: {COO: _ALL, SOC: _ALL, PAR: _MAN},
    Action.SEE_CIRCLES: dict.fromkeys((COO, SOC, PAR, TEC, MAN), _OWN),
    Action.KEEP_CIRCLES: {COO: _ALL, SOC: _ALL},
    Action.SEE_MAP: {MAN: _ALL, COO: _ALL, TEC: _ALL},
    Action.SEE_OUTCOMES: {MAN: _ALL, COO: _ALL, PAR: _MAN},
    Action.KEEP_BUDGETS: {COO: _ALL, MAN: _ALL},
    Action.SEE_FIGURES: {FUN: Reach.FIGURES},
    Action.READ_FORMS: dict.fromkeys([role for role in Role if role not in (FUN, CON)], _OWN),
    Action.SEE_FORMS: {COO: _ALL, ADM: _ALL, MAN: _ALL},
    Action.MANAGE_FORMS: {COO: _ALL, ADM: _ALL},
    Action.MANAGE_PROGRAMMES: {COO: _ALL},
    Action.EDIT_PAPERS: {COO: _ALL},
    Action.SEE_PARAMETERS: {COO: _ALL, ADM: _ALL, MAN: _ALL},
    Action.MANAGE_PARAMETERS: {ADM: _ALL},
    Action.MANAGE_ACCOUNTS: {ADM: _ALL},
    Action.SEE_MANDATES: {ADM: _ALL, COO: _ALL},
    Action.MANAGE_MANDATES: {ADM: _ALL},
}

# Which rights of a mandate open an action to those who reach as far as their mandates. Where there
# are several landlords, whoever belongs to none reaches no further; what stands here not asks for
# the right to decide.
RIGHTS: dict[Action, frozenset[Right]] = {
    Action.SEE_PERSONS: WORK,
    Action.SEE_CASES: WORK,
    Action.DO_TASKS: WORK,
    Action.SUPPORT: WORK,
    Action.SEE_HOMES: WORK,
    Action.SEE_VISITS: WORK,
    Action.CALL: frozenset({Right.CALL}),
    Action.NOTE_LIFE_EVENTS: frozenset({Right.CALL, Right.PLAN, Right.DECIDE}),
    Action.PLAN: frozenset({Right.PLAN}),
    Action.RUN_SESSIONS: frozenset({Right.PLAN}),
    Action.VISIT_BESIDE: frozenset({Right.VISIT}),
    Action.DECIDE: frozenset({Right.DECIDE}),
    Action.SEE_OUTCOMES: frozenset({Right.FIGURES}),
    Action.SEE_FIGURES: frozenset({Right.FIGURES}),
}


def requires(action: Action) -> Callable[[View], View]:
    """Declare the action an endpoint needs."""

    def declare(view: View) -> View:
        view.palier_action = action  # type: ignore[attr-defined]
        return view

    return declare


def late_door(view: View) -> View:
    """Declare that what a closed account's tablet still holds may come in here for a while."""
    view.palier_late_door = True  # type: ignore[attr-defined]
    return view


def public(view: View) -> View:
    """Declare that an endpoint is open to strangers."""
    view.palier_public = True  # type: ignore[attr-defined]
    return view


# Endpoints of libraries that cannot carry our mark.
PUBLIC_ENDPOINTS = frozenset(
    {"static", "security.login", "security.logout", "api-docs.openapi_json"}
)
# Endpoints for machines answer a stranger with 401 instead of the sign-in page.
MACHINE_PATHS = ("/api/", "/openrosa/")


def declared_action(app: Flask, endpoint: str) -> Action | None | bool:
    """Give an endpoint's action, True for a public one, None for one that declares nothing."""
    if endpoint in PUBLIC_ENDPOINTS:
        return True
    view = app.view_functions[endpoint]
    shown = getattr(view, "view_class", view)
    if getattr(shown, "palier_public", False):
        return True
    return cast(Action | None, getattr(shown, "palier_action", None))


def may(action: Action) -> bool:
    """Tell whether the signed-in account may do an action; templates ask this.

    What a mandate alone opens is closed to those whose organisation has none for it.
    """
    account: Account | None = g.account
    reach = PERMISSIONS[action].get(account.role) if account is not None else None
    if reach is None:
        return False
    return reach not in (Reach.MANDATE, Reach.FIGURES) or bool(_mandates_for(action))


def viewer(action: Action | None = None) -> Viewer:
    """Give who looks and how far, for the endpoint's action or for the one named."""
    action = action or cast(Action, g.action)
    reach = PERMISSIONS[action].get(g.account.role)
    if reach is None:
        raise Forbidden("forbidden")
    account: Account = g.account
    bound = landlord_bound()
    if reach is Reach.ORGANISATION and account.role is VIS and bound.landlord_id is not None:
        reach = Reach.ALL  # a landlord's own people reach its stock: no mandate is given to them
    if reach is Reach.ALL and bound.several and bound.landlord_id is None:
        reach = Reach.MANDATE
    elif reach is Reach.ALL and account.territory_id is not None:
        reach = Reach.TERRITORY
    elif reach is Reach.ALL and bound.own is not None:
        reach = Reach.LANDLORD
    mandates = _mandates_for(action) if reach in BY_MANDATE else ()
    territory = account.territory_id
    own = bound.own or landlord_asked(reach)
    return Viewer(account.id, account.organisation_id, territory, reach, mandates, own)


def landlord_asked(reach: Reach) -> uuid.UUID | None:
    """Give the landlord of whose stock alone a page of the office is asked, in its address.

    Whoever belongs to a landlord has no choice, and figures are cut no further: what is left of
    two of them would tell of few.
    """
    bound, machine = landlord_bound(), request.path.startswith(MACHINE_PATHS)
    if not bound.several or bound.landlord_id or machine or reach is Reach.FIGURES:
        return None
    try:
        return uuid.UUID(request.args["landlord"]) if request.args.get("landlord") else None
    except ValueError:
        return None


def landlord_bound() -> Bound:
    """Tell how landlords bound what the account sees, read once a request."""
    if g.bound is None:
        with reading() as session:
            g.bound = bound_of(session, g.account.organisation_id)
    bound: Bound = g.bound
    return bound


def _mandates_for(action: Action) -> tuple[Held, ...]:
    """Give the mandates of the account's organisation that open an action, read once a request."""
    if g.mandates is None:
        with reading() as session:
            today = today_in_paris(now())
            g.mandates = mandates_held(session, g.account.organisation_id, on=today)
    return giving(g.mandates, RIGHTS.get(action, frozenset({Right.DECIDE})))


@dataclass(frozen=True)
class Owed:
    """What an account does before anything else, and where."""

    code: str
    endpoints: tuple[str, ...]


PASSWORD_TO_CHANGE = Owed("password_to_change", ("account.password", "account.change_password"))
SECOND_FACTOR_TO_SET = Owed(
    "second_factor_to_set",
    ("second_factor.index", "second_factor.keep", "second_factor.add_key", "account.language"),
)


def owed_first(account: Account) -> Owed | None:
    """Tell what an account does before anything else; a tablet's own token owes nothing."""
    if account.password_to_change and account.device_id is None:
        return PASSWORD_TO_CHANGE
    if needs_second_factor(account.role) and not account.second_factor and not account.device_id:
        return SECOND_FACTOR_TO_SET
    return None


def needs_second_factor(role: Role) -> bool:
    """Tell whether accounts of a role must have a second factor here."""
    settings = house().settings
    return role.value in settings.second_factor and not settings.demo


def guard(app: Flask) -> None:
    """Refuse every request whose endpoint does not declare what it needs, or needs more."""

    @app.before_request
    def check() -> ResponseReturnValue | None:
        g.account, g.action, g.mandates, g.bound = None, None, None, None
        machine = request.path.startswith(MACHINE_PATHS)
        g.account = machine_account() if machine else session_account()
        if request.endpoint is None:
            return None  # no such page: the 404 follows
        declared = declared_action(app, request.endpoint)
        if declared is True:
            return None
        if declared is None or isinstance(declared, bool):
            raise Forbidden("undeclared_endpoint")
        if g.account is None and machine:
            g.account = late_account(app.view_functions[request.endpoint])
        if g.account is None:
            return _turn_away(machine)
        g.action = declared
        owed = owed_first(g.account)
        if owed is not None and request.endpoint not in owed.endpoints:
            if machine:
                raise NotSignedIn(owed.code)
            return redirect(url_for(owed.endpoints[0]))
        if not may(declared):
            raise Forbidden("forbidden")
        return None


def _turn_away(machine: bool) -> ResponseReturnValue:
    if machine:
        refuse_lost_device()
        raise NotSignedIn("not_signed_in")
    target = request.full_path if request.method == "GET" else None
    return redirect(url_for("security.login", next=target))
