"""Pages of plans of works: made for a budget, changed by hand, decided, followed."""

from flask_babel import lazy_gettext as _l

from webapp.access.auth import Action
from webapp.office.frame.navigation import Item
from webapp.office.frame.subject import Subject
from webapp.office.works_plan import plans
from webapp.office.works_plan.words import REFUSALS, WORDS

SUBJECT = Subject(
    pages=(plans.works_plan,),
    navigation=(
        Item(93, "works_plan.index", _l("Works plans"), "clipboard-data", Action.PLAN_WORKS),
    ),
    words=WORDS,
    refusals=REFUSALS,
)
