"""What the seniors' programme cost so far and who paid, for as many as are in it."""

from datetime import timedelta

from visits.money.notes import MoneySaid, note_money
from webapp.access.auth import Action
from webapp.demo.calendar import day_of
from webapp.demo.cast import acting
from webapp.demo.story import Story

# What one person came to in the programme that this one is like, in cents.
OF_ONE = 141_33
# Share of all, how many weeks ago, kind, what for, who pays or was paid, what it is.
NOTED = (
    (0.22, 38, "cost", "staff", "", "Coordination, premier semestre"),
    (0.20, 30, "cost", "bought_in", "", "Association, visites du printemps"),
    (0.16, 26, "cost", "equipment", "", "Lampes LED et mousseurs, livraison de mai"),
    (0.24, 12, "cost", "bought_in", "", "Association, visites de l’été"),
    (0.03, 9, "cost", "travel", "", "Déplacements des visiteurs"),
    (0.15, 3, "cost", "staff", "", "Coordination, second semestre"),
    (0.60, 40, "grant_asked", "", "Carsat Nord-Picardie", "Demande de l’année"),
    (0.45, 16, "grant_paid", "", "Carsat Nord-Picardie", "Premier versement"),
    (0.20, 35, "grant_asked", "", "Conférence des financeurs de l’Oise", "Appel à projets"),
)


def note_budget(story: Story, enrolled: int) -> None:
    """Note the costs, grants, and one unit cost that somebody told and that cannot be."""
    session, viewer = story.session, acting(story.cast.coordinator, Action.KEEP_BUDGETS)
    landlord = story.cast.coordinator.organisation_id
    for share, weeks, kind, cost_kind, payer, what in NOTED:
        at = story.now - timedelta(weeks=weeks)
        cents = round(enrolled * OF_ONE * share)
        said = MoneySaid("seniors", landlord, kind, cents, day_of(at), cost_kind, "", payer, what)
        note_money(session, said, viewer=viewer, now=at)
    told = MoneySaid(
        "seniors", landlord, "unit_cost", 6_000_00, day_of(story.now), "", "diagnostic", "",
        "Plaquette de l’an dernier",
    )  # fmt: skip
    note_money(session, told, viewer=viewer, now=story.now)
