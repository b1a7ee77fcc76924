"""The codes of a form's consequences in the reader's language."""

from flask_babel import ngettext

from diagnostics.codes import KINDS, OWNERS, Kind, code_name
from diagnostics.delays import DelayUnit, parse_delay
from webapp.frame.languages import current_language


def kind_name(kind: str) -> str:
    """Say what a consequence opens."""
    return KINDS[Kind(kind)].in_language(current_language()) if kind in tuple(Kind) else kind


def coded(kind: str, code: str) -> str:
    """Say the code of a consequence, such as a trade or a recipient."""
    return code_name(kind, code, current_language())


def adaptation_name(code: str) -> str:
    """Say what is adapted."""
    return coded(Kind.ADAPTATION, code)


def owner_name(owner: str) -> str:
    """Say who is to act."""
    return OWNERS[owner].in_language(current_language()) if owner in OWNERS else owner


def term(delay: str) -> str:
    """Say a delay such as `5wd`, or a dash for none."""
    if not delay:
        return "–"
    said = parse_delay(delay)
    if said.unit is DelayUnit.HOURS:
        return str(ngettext("%(num)d hour", "%(num)d hours", said.amount))
    if said.unit is DelayUnit.WORKING_DAYS:
        return str(ngettext("%(num)d working day", "%(num)d working days", said.amount))
    if said.unit is DelayUnit.DAYS:
        return str(ngettext("%(num)d day", "%(num)d days", said.amount))
    return str(ngettext("%(num)d month", "%(num)d months", said.amount))
