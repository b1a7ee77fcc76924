"""The words of accounts."""

from typing import Any

from flask_babel import lazy_gettext as _l

WORDS: dict[str, dict[str, Any]] = {
    "role": {
        "visitor": _l("Visitor"),
        "coordinator": _l("Coordinator"),
        "partner_coordinator": _l("Partner coordinator"),
        "technician": _l("Technician"),
        "manager": _l("Manager"),
        "social_worker": _l("Social worker"),
        "administrator": _l("Administrator"),
    },
    "organisation": {
        "landlord": _l("Landlord"),
        "partner": _l("Partner"),
        "pension_fund": _l("Pension fund"),
    },
    "field": {
        "email": _l("E-mail"),
        "new_organisation": _l("Name of the new organisation"),
        "organisation": _l("Organisation"),
        "organisation_kind": _l("What it is"),
        "role": _l("Role"),
        "territory": _l("Territory"),
    },
    "account_event": {
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
    },
}
