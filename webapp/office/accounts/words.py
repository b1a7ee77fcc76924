"""The words of accounts, and what is refused there."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

WORDS: dict[str, dict[str, Any]] = {
    "role": {
        "visitor": _l("Visitor"),
        "coordinator": _l("Coordinator"),
        "partner_coordinator": _l("Partner coordinator"),
        "technician": _l("Technician"),
        "manager": _l("Manager"),
        "social_worker": _l("Social worker"),
        "administrator": _l("Administrator"),
        "funder": _l("Funder (figures only)"),
        "contractor": _l("Contractor (orders given to it)"),
    },
    "organisation": {
        "landlord": _l("Landlord"),
        "partner": _l("Partner"),
        "pension_fund": _l("Pension fund"),
        "platform": _l("Platform of several landlords"),
    },
    "right": {
        "call": _l("Call"),
        "plan": _l("Plan visits"),
        "visit": _l("Visit"),
        "decide": _l("Decide"),
        "figures": _l("See figures"),
    },
    "mandate_change": {
        "last_day": _l("Another last day"),
        "ended": _p("a mandate", "Ended"),
        "taken_up": _l("Taken up again"),
    },
    "mandate": {
        "in_force": _l("In force"),
        "to_come": _l("To come"),
        "ended": _p("a mandate", "Ended"),
    },
    "field": {
        "from_on": _l("First day"),
        "programme": _l("Programme"),
        "rights": _l("Rights"),
        "until_on": _l("Last day"),
        "visits_stand": _l("Planned visits"),
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

REFUSALS: dict[str, Any] = {
    "user_not_found": _l("There is no such account."),
    "landlord_grants": _l(
        "Each landlord grants mandates for its own tenants: ask its administrator."
    ),
    "organisation_taken": _l("There is an organisation of this name."),
    "platform_adds_it": _l(
        "A platform’s administrator adds it: nobody of one landlord runs another’s accounts."
    ),
    "mandate_not_found": _l("There is no such mandate."),
    "mandate_overlaps": _l(
        "This organisation has a mandate in this programme and area for some of these days: "
        "change that one."
    ),
    "mandate_ended": _l("This mandate is ended already."),
    "mandate_not_ended": _l("This mandate is not ended."),
    "fund_sees_figures": _l("A pension fund’s accounts see figures only: choose that role."),
    "landlord_needs_no_mandate": _l("A landlord’s own staff need no mandate."),
    "figures_only": _l("Whoever pays sees figures only: give this organisation no other right."),
    "ends_before_it_begins": _l("The last day comes before the first."),
    "visits_stand": _l("Visits are planned under it: say that they stand, or move them first."),
    "device_not_found": _l("There is no such tablet."),
    "device_lost": _l("This tablet was declared lost. What it holds is erased."),
    "account_closed": _l("This account is closed. What was not sent yet is still on the tablet."),
    "second_factor_to_set": _l("This account needs a second factor: sign in on the office’s page."),
    "second_factor_needed": _l("Give the code of your authenticator too."),
    "second_factor_wrong": _l("This code is not right, or it was used already."),
    "second_factor_set_already": _l("This account has a second factor already."),
    "passkey_wrong": _l("This passkey could not be read, or the page waited too long. Try again."),
    "passkey_known": _l("This passkey is already here."),
    "second_factor_to_prove": _l("Use a second factor that is set up before adding another."),
    "authenticator_not_found": _l("This account has no authenticator any more."),
    "passkeys_too_many": _l("There are twenty passkeys already: remove one first."),
    "passkey_not_found": _l("This passkey is not here any more."),
    "second_factor_required": _l("Your role needs a second factor: it cannot be removed."),
    "password_to_change": _l(
        "This password is to be changed first: sign in on the office’s page and choose your own."
    ),
    "own_account": _l("You cannot close your own account. Ask another administrator."),
    "email_taken": _l("There is an account with this e-mail address already."),
    "bad_email": _l("This is not an e-mail address."),
    "password_too_short": _l("A password has at least 12 characters."),
    "password_too_long": _l("A password has at most 500 characters."),
    "password_own_name": _l("A password does not contain your own name or e-mail address."),
    "password_too_common": _l(
        "This password is among those that are tried first. Take four words that have nothing to"
        " do with one another, for instance."
    ),
    "password_wrong": _l("This is not your password so far."),
    "password_same": _l("This is your password so far: choose another one."),
    "password_differs": _l("The two are not the same."),
    "account_to_open_first": _l("This account is closed: open it again first."),
    "own_role": _l("You cannot change your own role. Ask another administrator."),
}
