"""Pages of forms, their drafts, and the numbers of rule books."""

from flask_babel import lazy_gettext as _l

from webapp.access.auth import Action
from webapp.office.forms import contents, drafts, parameters, published
from webapp.office.forms.words import REFUSALS, WORDS
from webapp.office.frame.navigation import Item
from webapp.office.frame.subject import Subject

SUBJECT = Subject(
    pages=(
        published.form_pages,
        drafts.form_drafts,
        parameters.parameters,
    ),
    navigation=(
        Item(
            120,
            "published_forms.index",
            _l("Forms"),
            "ui-checks",
            Action.SEE_FORMS,
        ),
        Item(130, "parameters.index", _l("Parameters"), "sliders", Action.SEE_PARAMETERS),
    ),
    filters={"named_in": contents.named_in, "spoken": contents.spoken},
    words=WORDS,
    refusals=REFUSALS,
)
