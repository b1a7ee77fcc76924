"""Pages of the home page and the outcomes."""

from flask_babel import lazy_gettext as _l

from webapp.access.auth import Action
from webapp.office.frame.navigation import Item
from webapp.office.frame.subject import Subject
from webapp.office.steering import falls, figures, home, outcomes, rates_by, savings
from webapp.office.steering.words import WORDS

SUBJECT = Subject(
    pages=(
        home.home,
        outcomes.outcome_pages,
        rates_by.rate_pages,
        falls.falls,
        savings.savings_summed,
        figures.figure_pages,
    ),
    navigation=(
        Item(10, "home.index", _l("Home"), "house", Action.OWN_ACCOUNT),
        Item(
            110,
            "outcomes.index",
            _l("Outcomes"),
            "bar-chart",
            Action.SEE_OUTCOMES,
            ("rates", "falls", "savings_summed"),
        ),
        Item(112, "figures.index", _l("Figures"), "bar-chart", Action.SEE_FIGURES),
    ),
    words=WORDS,
)
