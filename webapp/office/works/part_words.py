"""The words of parts that orders take out of stock, and what is refused there."""

from typing import Any

from flask_babel import lazy_gettext as _l

REFUSALS: dict[str, Any] = {
    "bad_part_number": _l("Give a whole number from 1 to 500."),
    "part_not_awaited": _l("A part is named only where the order waits for one."),
    "part_not_found": _l("There is no such part of this order, or it is back already."),
}
