"""Papers to print or to leave: what a visit came to, what is to be done, what was fitted."""

from flask_babel import lazy_gettext as _l

from webapp.access.auth import Action
from webapp.office.frame.navigation import Item
from webapp.office.frame.subject import Subject
from webapp.office.papers import (
    around_sheets,
    circle_minutes,
    commission_minutes,
    decision_letters,
    home_sheets,
    kit_receipts,
    order_sheets,
    own_wishes,
    report_link,
    reports_left,
    round_sheets,
    signature_sheets,
    tenant_reports,
    wording,
)
from webapp.office.papers.words import REFUSALS, WORDS

SUBJECT = Subject(
    pages=(
        tenant_reports.tenant_reports,
        reports_left.reports_left,
        report_link.report_link,
        order_sheets.order_sheets,
        home_sheets.home_sheets,
        around_sheets.around_sheets,
        kit_receipts.kit_receipts,
        signature_sheets.signature_sheets,
        round_sheets.round_sheets,
        circle_minutes.circle_minutes,
        commission_minutes.commission_minutes,
        decision_letters.decision_letters,
        own_wishes.own_wishes,
        wording.wording,
    ),
    navigation=(
        Item(
            132, "wording.index", _l("Papers"), "file-earmark-text", Action.EDIT_PAPERS, rest=False
        ),
    ),
    words=WORDS,
    refusals=REFUSALS,
)
