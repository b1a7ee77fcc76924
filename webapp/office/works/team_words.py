"""What is refused where teams of technicians are named."""

from typing import Any

from flask_babel import lazy_gettext as _l

REFUSALS: dict[str, Any] = {
    "team_not_found": _l("There is no such team, or your account may not see it."),
    "team_name_too_long": _l("This name is too long: 60 characters at most."),
    "team_name_says_nothing": _l("Write a name with a letter or a figure at least."),
    "team_name_taken": _l("Another team has this name already, perhaps one that is closed."),
    "team_of_nobody": _l("Tick at least one technician."),
    "team_member_elsewhere": _l(
        "Somebody is ticked who is no technician of this landlord, or is at work no more."
    ),
    "team_changed_meanwhile": _l(
        "Somebody changed this team meanwhile: here is how it stands now. Nothing was changed."
    ),
    "team_closed": _l("This team is closed by now. Nothing was changed."),
    "team_not_closed": _l("This team is open already. Nothing was changed."),
}
