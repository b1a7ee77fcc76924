"""`palier users`: accounts from the machine itself, the first one and the last resort."""

import secrets

import click

from visits.accounts.accounts import NewUser, add_user, find_organisation, find_user
from visits.accounts.changes import set_password
from visits.accounts.second_factor import clear_second_factor
from visits.ground.errors import Refused
from visits.models.accounts import OrganisationKind, Role
from webapp.access.password_rules import fault_of
from webapp.access.setting_up import hash_of
from webapp.frame.settings import read_settings
from webapp.frame.transaction import open_house

# No letter or digit that could be taken for another when it is read out on the phone.
ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
GROUPS, LETTERS = 4, 5

FAULTS = {
    "password_too_short": "A password has at least 12 characters.",
    "password_too_long": "A password has at most 500 characters.",
    "password_own_name": "A password does not contain the account's own name or address.",
    "password_too_common": "This password is among those that are tried first.",
}


def first_password() -> str:
    """Make a password of 20 letters and digits that can be read out: about 100 bits."""
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(LETTERS)) for _ in range(GROUPS))
    return "-".join(groups)


@click.group()
def users() -> None:
    """Work with accounts."""


@users.command()
@click.argument("email")
@click.option("--name", required=True)
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--organisation", required=True)
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in OrganisationKind]),
    default="landlord",
    show_default=True,
    help="What the organisation is, when it is new.",
)
@click.password_option()
def add(email: str, name: str, role: str, organisation: str, kind: str, password: str) -> None:
    """Add an account."""
    fault = fault_of(password, email=email, name=name)
    if fault is not None:
        raise click.ClickException(FAULTS[fault])
    house = open_house(read_settings())
    new = NewUser(email=email, name=name, role=Role(role), password_hash=hash_of(house, password))
    try:
        with house.sessions.begin() as session:
            place = find_organisation(session, organisation, OrganisationKind(kind))
            add_user(session, new, organisation=place, now=house.clock())
    except Refused as refused:
        raise click.ClickException(refused.code) from refused
    click.echo(f"{email}: {role}")


@users.command()
@click.argument("email")
@click.option("--second-factor", is_flag=True, help="Clear the lost second factor too.")
def reset(email: str, second_factor: bool) -> None:
    """Give an account a password for one sign-in, to be changed there; its sessions end."""
    house = open_house(read_settings())
    password = first_password()
    hashed = hash_of(house, password)
    with house.sessions.begin() as session:
        user = find_user(session, email)
        if user is None:
            raise click.ClickException(f"There is no account {email}.")
        if not user.active:
            raise click.ClickException(f"The account {email} is closed.")
        set_password(session, user, hashed, by=None, now=house.clock(), to_change=True)
        if second_factor:
            reason = "palier users reset --second-factor"
            clear_second_factor(session, user.id, reason, by=None, now=house.clock())
    click.echo(f"{user.email}: {password}\nIt is to be changed at the first sign-in.")
