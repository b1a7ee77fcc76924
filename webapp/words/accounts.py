"""What was done to an account, in words."""

from typing import Any

from flask_babel import lazy_gettext as _l

ACCOUNT_EVENTS: dict[str, Any] = {
    "added": _l("Account added"),
    "changed": _l("Account changed"),
    "closed": _l("Account closed"),
    "opened": _l("Account opened again"),
    "link_made": _l("Link to a new password made"),
    "link_asked": _l("Link to a new password asked for by e-mail"),
    "password_set": _l("New password"),
    "second_factor_set": _l("Second factor set up"),
    "second_factor_removed": _l("Second factor removed by its owner"),
    "second_factor_cleared": _l("Second factor cleared"),
    "codes_made": _l("New recovery codes"),
    "authenticator_removed": _l("Authenticator removed"),
    "passkey_added": _l("Passkey added"),
    "passkey_removed": _l("Passkey removed"),
    "passkey_copied": _l("Passkey refused: its counter went back, it may have been copied"),
    "recovery_code_used": _l("Recovery code used"),
}
