"""Every page of the office as each role comes to it: by the navigation, or by a link."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from visits.models.accounts import Role
from webapp.access.auth import PERMISSIONS, Action, declared_action

# Pages that a role opens once it is signed in.
PAGES = frozenset(
    {
        "absences.index",
        "agenda.index",
        "agenda.show",
        "absences.new",
        "absences.show",
        "account.index",
        "account.password",
        "account_changes.edit",
        "accounts.index",
        "accounts.new",
        "accounts.show",
        "adaptation_accounts.index",
        "adaptation_alternatives.show",
        "adaptation_funding.show",
        "adaptations.index",
        "adaptations.show",
        "adaptations_by_hand.new",
        "api_reference.show",
        "ordered.index",
        "ordered.new",
        "ordered.show",
        "service_files.index",
        "service_files.show",
        "around.index",
        "around.of_residence",
        "around.service",
        "appointments.diary",
        "by_phone.show",
        "calendar_feed.own",
        "calendar_feed.show",
        "cases.index",
        "cases.show",
        "admission_commissions.index",
        "admission_commissions.show",
        "admissions.index",
        "admissions.show",
        "admissions.waiting",
        "admissions_by_hand.new",
        "commissions.index",
        "complaints.index",
        "complaints.new",
        "complaints.show",
        "commission_requests.new",
        "commissions.show",
        "comparisons.show",
        "figures.index",
        "decision_letters.adaptation",
        "decision_letters.admission",
        "desk.index",
        "desk.show",
        "doubles.index",
        "follow_ups.index",
        "follow_ups.show",
        "form_drafts.new",
        "form_drafts.preview",
        "form_drafts.show",
        "funding.show",
        "group_sessions.index",
        "group_sessions.show",
        "home.index",
        "autonomy.show",
        "medical.show",
        "own_wishes.show",
        "home_needs.show",
        "homes.residence",
        "homes.show",
        "homes_by_hand.new",
        "households.new",
        "import_lines.warnings_page",
        "in_common.index",
        "in_common.show",
        "imports.index",
        "imports.show",
        "kit_articles.edit",
        "kit_articles.index",
        "kit_articles.orders",
        "kit_movements.called_back",
        "kit_movements.giving",
        "kit_movements.index",
        "kit_survival.homes",
        "kit_survival.index",
        "kits.counting",
        "kits.counting_bag",
        "kits.index",
        "kits.losing",
        "mandates.index",
        "message_letters.index",
        "message_letters.show",
        "house_messages.show",
        "message_wishes.show",
        "message_wording.edit",
        "message_wording.index",
        "messages.index",
        "messages.show",
        "works_messages.edit",
        "works_messages.index",
        "mandates.new",
        "mandates.show",
        "circle_cases.show",
        "circle_meetings.show",
        "circle_putting.ask",
        "circles.index",
        "circles.show",
        "map_page.index",
        "merging.choose",
        "older_cases.show",
        "money.index",
        "outcomes.index",
        "parameters.index",
        "parameters.show",
        "people.index",
        "people.show",
        "people_by_hand.new",
        "places.index",
        "places.of_residence",
        "places.show",
        "posts.of_residence",
        "labels.index",
        "labels.new",
        "labels.show",
        "register.index",
        "round_map.show",
        "round_pages.left_out",
        "round_pages.show",
        "rents.show",
        "rounds.index",
        "rounds.new",
        "stays.index",
        "stays.new",
        "stays.show",
        "transfer_wishes.new",
        "transfer_wishes.show",
        "transfers.awaited",
        "transfers.index",
        "programme_drafts.edit",
        "programme_drafts.new",
        "programme_drafts.show",
        "programmes.index",
        "programmes.show",
        "programmes.version",
        "protection.show",
        "published_forms.changes",
        "published_forms.index",
        "published_forms.preview",
        "published_forms.show",
        "savings.show",
        "second_factor.index",
        "support.index",
        "support.show",
        "support_balance.index",
        "support_missed.index",
        "session_planning.edit",
        "session_planning.new",
        "rates.index",
        "falls.index",
        "falls.spans",
        "savings_summed.index",
        "savings_summed.visits",
        "session_results.index",
        "targeting.ask_first",
        "targeting.show",
        "tasks.index",
        "tenant_reports.show",
        "reports_left.index",
        "reports_left.show",
        "unclaimed.handed_in",
        "unclaimed.index",
        "unclaimed.show",
        "slots.find",
        "visitors.index",
        "visitors.show",
        "unplaced.index",
        "visits.index",
        "visits.show",
        "burning.index",
        "closing_days.index",
        "counting.index",
        "duty.edit",
        "duty.index",
        "teams.edit",
        "teams.index",
        "wording.index",
        "maintenance.index",
        "maintenance.show",
        "telling.index",
        "price_lists.index",
        "price_lists.show",
        "recurring.index",
        "referrals.index",
        "referrals.show",
        "referrals_by_hand.new",
        "referral_doors.index",
        "referral_requests.index",
        "referral_requests.of_person",
        "referral_requests.show",
        "work_orders.index",
        "work_orders.show",
        "works_by_hand.in_dwelling",
        "works_by_hand.in_residence",
        "works_by_hand.new",
        "works_plan.index",
        "works_plan.new",
        "works_plan.show",
    }
)
# Pages of somebody who is not signed in yet; browser tests of their own open them.
AT_THE_DOOR = frozenset(
    {
        "order_link.show",
        "order_link.seen",
        "report_link.show",
        "referral_form.show",
        "referral_link.show",
        "passwords.choose",
        "passwords.forgotten",
        "second_step.ask",
        "security.login",
        "tablet.file",
    }
)
# What answers with data, a file or another address.
NOT_PAGES = frozenset(
    {
        "absences.export",
        "agenda.export",
        "visitors.export",
        "api-docs.openapi_json",
        "by_phone.form",
        "around.export",
        "ordered.export",
        "around.services_export",
        "around_sheets.paper",
        "devices.contact",
        "documents.file",
        "adaptation_funding.scan",
        "adaptation_photos.show",
        "handed.photo",
        "handed.seen",
        "burning.again",
        "handed.signature",
        "maintenance.export",
        "maintenance.lines_export",
        "service_files.lines",
        "telling.export",
        "price_lists.export",
        "price_lists.export_lists",
        "price_lists.lines",
        "work_orders.export",
        "works_plan.export",
        "works_plan.export_plans",
        "doubles.export",
        "form_drafts.workbook",
        "forms.draft",
        "forms.draft_file",
        "forms.file",
        "forms.form",
        "health.healthz",
        "health.readyz",
        "home_sheets.paper",
        "import_lines.lines",
        "import_lines.warnings_file",
        "kit_movements.called_back_file",
        "kit_movements.export",
        "kit_survival.export",
        "kit_survival.export_homes",
        "kit_receipts.paper",
        "map_page.script",
        "map_views.dwellings",
        "metrics.read",
        "moved.lead_on",
        "openrosa.form",
        "openrosa.form_list",
        "openrosa.manifest",
        "openrosa.visits",
        "order_sheets.paper",
        "programme_drafts.toml",
        "programmes.toml",
        "published_forms.workbook",
        "published_forms.xform",
        "static",
        "circle_minutes.paper",
        "commission_minutes.adaptations",
        "commission_minutes.places",
        "decision_letters.adaptation_paper",
        "decision_letters.admission_paper",
        "own_wishes.paper",
        "circles.export",
        "in_common.export",
        "money.export",
        "support.export",
        "support_balance.export",
        "support_missed.export",
        "tablet.slash",
        "tablet_day.day",
        "targeting.index",
        "tasks.export",
        "tenant_reports.paper",
        "reports_left.export",
        "reports_left.pdf",
        "unclaimed.file",
        "unclaimed.handed_in_file",
        "visits.file",
        "wording.picture",
        "adaptation_accounts.pension_fund",
        "adaptation_accounts.property_tax",
        "adaptations.export",
        "admissions.export",
        "admissions.waiting_export",
        "referral_requests.export",
        "referrals.export",
        "places.export",
        "places.houses_export",
        "labels.export",
        "register.export",
        "round_map.script",
        "round_pages.export",
        "round_pages.export_left_out",
        "rounds.export",
        "complaints.export",
        "stays.export",
        "transfers.awaited_as_file",
        "transfers.export",
        "group_sessions.export",
        "message_letters.pdf",
        "message_letters.post_list",
        "house_messages.export",
        "messages.export",
        "rates.export",
        "falls.export",
        "falls.export_spans",
        "savings_summed.export",
        "savings_summed.export_visits",
        "session_results.export",
        "session_calendar.entry",
        "calendar_feed.read",
        "signature_sheets.paper",
        "round_sheets.paper",
    }
)


@dataclass(frozen=True)
class Seen:
    """A page as it answered."""

    path: str
    endpoint: str
    html: str


def open_to(app: Flask, role: Role) -> set[str]:
    """Name the pages that a role may open."""
    return {
        endpoint
        for endpoint in PAGES
        if isinstance(action := declared_action(app, endpoint), Action)
        and role in PERMISSIONS[action]
    }


def walk(
    app: Flask, open_page: Callable[[str], str], role: Role, listed: Iterable[str] = ()
) -> list[Seen]:
    """Open the listed addresses, each page of a role without arguments, and one link to each other.

    `open_page` gives the HTML at an address, empty where the role finds nothing: then the next
    link to such a page is followed.
    """
    allowed = open_to(app, role)
    wanted = list(listed)
    with app.test_request_context():
        wanted += [
            rule.rule
            for rule in app.url_map.iter_rules()
            if rule.endpoint in allowed and not rule.arguments
        ]
    seen: list[Seen] = []
    reached: set[str] = set()
    asked: set[str] = set()
    linked: list[str] = []
    while wanted or linked:
        listed_one = bool(wanted)
        path = wanted.pop(0) if wanted else linked.pop(0)
        endpoint = endpoint_of(app, path)
        if path in asked or endpoint not in allowed or (endpoint in reached and not listed_one):
            continue
        asked.add(path)
        if html := open_page(path):
            reached.add(endpoint)
            seen.append(Seen(path, endpoint, html))
            linked += links(html)
    return seen


def endpoint_of(app: Flask, path: str) -> str:
    """Name the page at an address; empty for none."""
    try:
        endpoint, _ = app.url_map.bind("localhost").match(urlsplit(path).path)
    except (HTTPException, RequestRedirect):
        return ""
    return str(endpoint)


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        href = dict(attrs).get("href") if tag == "a" else None
        if href and href.startswith("/"):
            self.found.append(href)


def links(html: str) -> list[str]:
    """Give the addresses of our own that a page links to."""
    parser = _Links()
    parser.feed(html)
    return parser.found


def list_links(html: str) -> set[str]:
    """Give the addresses by which a list is sorted and paged."""
    links = (unescape(one) for one in re.findall(r'href="([^"]*)"', html))
    return {one for one in links if {"sort", "page"} & set(parse_qs(urlsplit(one).query))}
