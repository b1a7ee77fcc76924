"""Pages of the landlord’s files and the map."""

from flask_babel import lazy_gettext as _l

from webapp.access.auth import Action
from webapp.office.frame.navigation import Item
from webapp.office.frame.subject import Subject
from webapp.office.portfolio import imports, lines
from webapp.office.portfolio.map import map_page
from webapp.office.portfolio.words import REFUSALS, WORDS

SUBJECT = Subject(
    pages=(
        imports.imports,
        lines.import_lines,
        map_page,
    ),
    navigation=(
        Item(20, "imports.index", _l("Imports"), "upload", Action.IMPORT_STOCK),
        Item(100, "map_page.index", _l("Map"), "map", Action.SEE_MAP, ("unplaced",)),
    ),
    words=WORDS,
    refusals=REFUSALS,
)
