"""The words of what the technical service does, and what is refused there."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p
from flask_babel.speaklater import LazyString

from diagnostics.codes import TRADES, Name
from webapp.frame.languages import current_language


def _spoken(name: Name) -> str:
    return name.in_language(current_language())


_HOLD_WHY: dict[str, LazyString] = {
    "part": _l("A part is awaited"),
    "access": _l("Nobody opened the door"),
    "tenant": _l("The tenant asks to wait"),
    "contractor": _l("The contractor cannot come yet"),
    "decision": _l("A decision is awaited"),
    "weather": _l("The weather"),
    "other": _l("Something else (say what)"),
}

WORDS: dict[str, dict[str, Any]] = {
    "waits": {
        "works_U0": _l("Immediate dangers (U0)"),
        "works_U1": _l("Urgent work orders (U1)"),
        "works_late": _l("Late"),
        "works_told": _l("Told by a tablet, to review"),
        "works_part_there": _l("The awaited part is there"),
        "works_open": _l("All open work orders"),
    },
    "work_order": {
        "open": _l("Open"),
        "acknowledged": _l("Acknowledged"),
        "planned": _p("a work order", "Planned"),
        "started": _l("Started"),
        "on_hold": _l("On hold"),
        "refused": _l("Refused by the contractor"),
        "done": _l("Done"),
        "checked": _l("Checked"),
        "cancelled": _l("Cancelled"),
    },
    "order_move": {
        "acknowledged": _l("Acknowledge"),
        "planned": _l("Plan a day"),
        "started": _l("Start"),
        "on_hold": _l("Put on hold"),
        "done": _l("Close as done"),
        "checked": _l("Note a check"),
        "refused": _l("Refuse it"),
        "cancelled": _l("Cancel"),
        "open": _l("Open it again"),
    },
    "order_note": {
        "done": _l("What was done"),
        "checked": _l("What the tenant says of it"),
        "refused": _l("Why you cannot do it"),
        "cancelled": _l("Why it is not needed"),
        "open": _l("Why it is open again"),
        "any": _l("Note, if something is to be said"),
    },
    "order_step": {
        "open": _p("a work order", "To do again"),
        "acknowledged": _l("Acknowledged"),
        "planned": _p("a work order", "Planned"),
        "started": _l("Started"),
        "on_hold": _l("On hold"),
        "refused": _p("a work order", "Refused"),
        "done": _l("Done"),
        "checked": _l("Checked"),
        "cancelled": _l("Cancelled"),
        "given": _l("Given to"),
        "taken_over": _l("Back with our own service"),
        "assigned": _l("Assigned to"),
        "unassigned": _l("Back with all our technicians"),
        "due": _l("By another day"),
        "link_made": _l("Link made for"),
        "link_opened": _l("Link opened"),
        "link_revoked": _l("Link revoked"),
        "date_proposed": _l("Day proposed"),
        "date_declined": _l("Day declined"),
        "quoted": _l("Quote"),
        "quote_accepted": _l("Quote accepted"),
        "quote_unaccepted": _l("Quote not accepted after all"),
        "estimate": _l("Estimate"),
        "ceiling": _l("Ceiling"),
        "cost": _p("a work order", "What it cost"),
        "counted": _l("Counted by the price list"),
        "uncounted": _l("Counted no more"),
        "photos": _l("Photos added"),
        "part_used": _l("Part out of stock"),
        "part_back": _l("Part back in stock"),
    },
    "part_of_day": {"morning": _l("in the morning"), "afternoon": _l("in the afternoon")},
    "told_how": {
        "phone": _l("by phone"),
        "in_person": _l("in person"),
        "message": _l("by message or e-mail"),
        "letter": _l("by letter"),
    },
    "hold_why": _HOLD_WHY,
    "late_why": {
        "day_to_agree": _l("A day is proposed, to be agreed"),
        "refused": _l("Refused by the contractor"),
        **{f"hold_{why}": said for why, said in _HOLD_WHY.items()},
        "hold_other": _l("On hold for something else"),
        "no_answer": _l("The contractor has not answered"),
        "not_acknowledged": _l("Nobody has acknowledged it"),
        "no_appointment": _l("No appointment"),
        "under_way": _l("Begun, not finished"),
        "day_past": _l("The planned day is past"),
        "day_to_come": _l("Planned after its deadline"),
    },
    "checked_how": {
        "phone": _l("By phone"),
        "photo": _l("On a photo"),
        "visit": _l("On the spot"),
    },
    "open_because": {
        "graver": _l("It turned out to be graver."),
        "called_for": _l("The answers that called for it count again."),
    },
    "recurring_state": {
        "running": _l("Running"),
        "paused": _l("Paused"),
        "ended": _l("Ended"),
    },
    "recurring_act": {
        "pause": _l("Pause"),
        "resume": _l("Let it go on"),
        "end": _l("End these works"),
        "again": _l("Take it up again"),
    },
    "turns_counted_from": {
        "planned": _l("from the day it was planned for"),
        "done": _l("from the day it was done"),
    },
    "duty_place": {
        "1": _l("First"),
        "2": _l("Second"),
        "3": _l("Third"),
        "4": _l("Fourth"),
    },
    "severity": {
        "U0": _l("U0 · immediate danger"),
        "U1": _l("U1 · urgent"),
        "U2": _l("U2 · soon"),
        "U3": _l("U3 · to plan"),
        "P": _l("P · planned"),
    },
    "place": {
        "kitchen": _l("Kitchen"),
        "bathroom": _l("Bathroom"),
        "toilet": _l("Toilet"),
        "living_room": _l("Living room"),
        "bedroom": _l("Bedroom"),
        "hallway": _l("Hallway of the dwelling"),
        "balcony": _l("Balcony or terrace"),
        "entrance": _l("Entrance of the building"),
        "stairs": _l("Stairs"),
        "lift": _l("Lift"),
        "landing": _l("Landing or corridor"),
        "cellar": _l("Cellar or store room"),
        "parking": _l("Car park or garage"),
        "bins": _l("Bin room"),
        "outside": _l("Outside, grounds"),
        "roof": _l("Roof or walls"),
        "elsewhere": _l("Elsewhere"),
    },
    "in_common": {
        "proposed": _l("To look at"),
        "aside": _l("Each has a cause of its own"),
    },
    "came_from": {
        "tenant": _l("The tenant rang"),
        "neighbour": _l("A neighbour rang"),
        "caretaker": _l("The caretaker"),
        "staff": _l("Seen by staff"),
        "contractor": _l("A contractor"),
        "letter": _l("Letter or e-mail"),
        "other": _l("Somebody else"),
    },
    "field": {
        "in_common.orders": _l("Which of them are about the same"),
        "in_common.why": _l("How one knows"),
        "trade": _l("Trade"),
        "severity": _l("Severity"),
        "place": _l("Where exactly"),
        "description": _l("What is broken, in plain words"),
        "came_from": _l("Who told of it"),
        "planned_on": _l("Day"),
        "due_why": _l("Why, and with whom it was agreed"),
        "found_on": _l("Seen on"),
        "contractor": _l("Name of the contractor"),
        "list_name": _l("Name of the list"),
        "ids": _l("Orders"),
        "days": _l("Good for"),
        "photos": _l("Photos"),
        "quote": _l("Amount in euros, tax included"),
        "quote_contractor": _l("Name of the contractor"),
        "quote_note": _l("What it covers"),
        "costs.cost": _l("What it cost in euros, tax included"),
        "order_link.cost": _l("What it cost in euros, tax included"),
        "estimate": _l("Estimate"),
        "ceiling": _l("Ceiling"),
        "price_lists.contract": _l("Contract: the contractor or the trade"),
        "holds_from": _l("Holds from"),
        "vat": _l("Tax to add to its prices"),
        "counting.quantity": _l("How many"),
        "labour": _l("Minutes of labour"),
        "parts": _l("Spare parts"),
        "used_part": _l("Part"),
        "used_number": _l("How many"),
        "duty.user": _l("Who"),
        "duty.place": _l("Called as"),
        "duty.phone": _l("Number to ring"),
        "teams.name": _p("a team", "Name"),
        "members": _l("Who is in it"),
        "trades": _l("Trades"),
        "assignee": _p("who does works", "Team or technician"),
        "starts_at": _l("From"),
        "ends_at": _l("To"),
        "agency": _l("Agency"),
        "weeks": _l("How many weeks"),
        "every_months": _l("How often"),
        "counted_from": _l("Counted from"),
        "next_on": _l("Next time"),
        "template_name": _l("Name of the template"),
        "accept_why": _l("Why it may cost more"),
        "access": _l("How to get in, and when somebody is there"),
        "planned_part": _l("Time of day"),
        "told_how": _l("How the tenant was told"),
        "declined_why": _l("Why, and what would suit"),
        "told_on": _l("Told on"),
        "hold_why": _l("Why it waits"),
        "hold_until": _l("Until"),
        "hold_article": _l("Part that is awaited"),
        "hold_number": _l("How many"),
        "checked_how": _l("How it was checked"),
        "tenant_score": _l("The tenant’s score, from 1 to 5"),
    },
    "intervention_part": {
        "stock": _l("Parts out of stock"),
        "photos": _l("Photos"),
        "move": _l("Where the order stands"),
        "cost": _l("Time and parts"),
    },
    "intervention_file": {
        "before": _l("Before the works"),
        "after": _l("After the works"),
        "signature": _l("The tenant’s signature"),
    },
    "closed_because": {
        "same_order": _l("It is about the same as another order, which goes on for both."),
        "corrected": _l("The answers that called for it were corrected."),
        "taken_back": _l("The answers that called for it came from another home."),
    },
    "trade": {code: LazyString(_spoken, name) for code, name in TRADES.items()},
    "accessed": {
        "work_order": _l("a work order"),
        "work_order_new": _l("a work order to open"),
        "in_common": _l("work orders told from several homes"),
        "work_order_open": _l("a work order opened"),
        "work_order_acknowledged": _l("a work order acknowledged"),
        "work_order_planned": _l("a work order planned"),
        "work_order_refused": _l("a work order refused"),
        "work_order_checked": _l("a work order checked"),
        "work_order_step_back": _l("a step of a work order taken back"),
        "work_order_day_declined": _l("a day proposed for works declined"),
        "work_order_due": _l("another deadline of a work order"),
        "work_order_access": _l("how to get in for a work order"),
        "work_order_link_made": _l("a link to a work order made"),
        "work_order_link_revoked": _l("a link to a work order revoked"),
        "work_order_by_link": _l("a work order, by its link"),
        "work_order_photos": _l("photos of works added"),
        "work_order_photo": _l("a photo of works"),
        "work_order_part_used": _l("a part taken for a work order"),
        "work_order_part_back": _l("a part of a work order put back"),
        "work_order_signature": _l("a signature for works"),
        "work_intervention": _l("what was done at a work order"),
        "work_intervention_reviewed": _l("what a tablet told of a work order, looked at"),
        "tablet_orders": _l("the work orders of a tablet"),
        "work_order_photo_withdrawn": _l("a photo of works withdrawn"),
        "work_order_started": _l("a work order started"),
        "work_order_on_hold": _l("a work order on hold"),
        "work_order_done": _l("a work order done"),
        "work_order_cancelled": _l("a work order cancelled"),
        "work_order_given": _l("a work order given to a contractor"),
        "work_order_assigned": _l("a work order assigned to a technician or a team"),
        "work_order_unassigned": _l("a work order assigned to nobody any more"),
        "work_orders_put_together": _l("two work orders made one"),
        "work_orders_put_apart": _l("a work order by itself again"),
        "work_order_taken_back": _l("a work order taken back from a contractor"),
        "work_orders": _l("the list of work orders"),
        "orders_told": _l("work orders given to the maintenance system"),
        "answers_of_orders": _l("answers of the maintenance system"),
    },
}

REFUSALS: dict[str, Any] = {
    "work_order_not_found": _l("There is no such work order, or your account may not see it."),
    "order_of_no_home": _l("Nobody knows yet in which home this is. Nothing was changed."),
    "order_of_protected": _l(
        "This home is protected: no contractor may be told of it. Nothing was changed."
    ),
    "work_order_moved_on": _l(
        "Something was done to order %(reference)s after this page was opened. Nothing was "
        "changed: look at the order again, then decide."
    ),
    "photo_asked_for": _l(
        "The landlord asks for this photo of works that are done: add another first, or open the "
        "order again. Nothing was changed."
    ),
    "no_photo_to_check": _l("There is no photo of these works to check them on."),
    "work_order_cannot_move": _l(
        "This work order is closed already, or stands elsewhere by now. Nothing was changed."
    ),
    "work_order_taken_already": _l("It is taken on already. Nothing was changed."),
    "step_not_latest": _l(
        "Something else happened to this order since, or this is not yours to take back. Nothing "
        "was changed."
    ),
    "before_it_was_found": _l("This is before it was found."),
    "none_chosen": _l("Tick at least one order."),
    "too_many_at_once": _l("Two hundred orders at most at once. Nothing was changed."),
    "list_name_too_long": _l("This name is too long: 60 characters at most."),
    "too_many_lists": _l("Thirty saved lists at most: withdraw one first."),
    "list_not_found": _l("There is no such saved list, or it is withdrawn already."),
    "link_unknown": _l("Nobody knows this link here. Perhaps its address was cut on the way."),
    "link_tampered": _l("The address of this link is not whole, or it was changed."),
    "link_expired": _l("The time of this link is over."),
    "link_revoked": _l("This link was revoked."),
    "link_used_up": _l("This link is used up: the order is closed, or you refused it."),
    "link_not_found": _l("There is no link that could be revoked."),
    "order_given_to_account": _l(
        "This order is with a contractor who has an account. Take it back first. Nothing was "
        "changed."
    ),
    "order_sent_by_link": _l(
        "This order was sent to a contractor by a link. Revoke it first. Nothing was changed."
    ),
    "order_of_contractor": _l(
        "A contractor does this order. Take it back first. Nothing was changed."
    ),
    "order_assigned": _l(
        "This order is assigned to a technician or a team of ours. Give it back to all first. "
        "Nothing was changed."
    ),
    "order_not_of_technician": _l(
        "It goes to somebody who works there and may see it, or to a team with such a one. Nothing "
        "was changed."
    ),
    "too_many_photos": _l("Ten photos at once, and sixty in all. None of these was kept."),
    "photos_refused": _l("The tenant refused photos: none of these was kept."),
    "photos_needed": _l(
        "The landlord asks for photos before these works are called done: add them first. Nothing "
        "was changed."
    ),
    "photo_too_large": _l("A photo is larger than 10 MB. None was kept."),
    "no_photo": _l("One of the files is no JPEG, PNG or WebP picture. None was kept."),
    "intervention_not_found": _l("There is nothing here to look at."),
    "proposal_gone": _l(
        "Another day is proposed by now, or this one was answered already. Nothing was changed."
    ),
    "no_amount": _l("Write an amount in euros, such as 1234.50."),
    "amount_out_of_range": _l("Write an amount above nothing, of a million euros at most."),
    "cost_out_of_range": _l("Write an amount of 0 to a million euros."),
    "no_minutes": _l("Write a whole number of minutes, such as 90."),
    "quote_over_ceiling": _l(
        "This quote is over the ceiling: a manager may accept it, with a reason. Nothing was "
        "changed."
    ),
    "another_quote_accepted": _l(
        "Another quote is accepted. Take that back first. Nothing was changed."
    ),
    "quote_not_accepted": _l("This quote is not accepted. Nothing was changed."),
    "quote_is_accepted": _l("This quote is accepted. Take that back first. Nothing was changed."),
    "quote_not_found": _l("There is no such quote, or it is withdrawn already."),
    "found_too_long_ago": _l("Choose a day of the last year."),
    "too_long_for_access": _l("This text is too long: 300 characters at most."),
    "comes_again_already": _l("These works come again already. Nothing was changed."),
    "may_not_come_again": _l(
        "What is urgent, or of no known home, does not come again. Nothing was changed."
    ),
    "must_be_to_come": _l("Choose a day to come."),
    "comes_too_far_ahead": _l("Choose a day within five years."),
    "recurring_not_found": _l(
        "There are no such recurring works, or your account may not see them."
    ),
    "recurring_elsewhere": _l("These works stand elsewhere by now. Nothing was changed."),
    "template_of_a_finding": _l("A visit called for this order: its words are no template."),
    "template_known": _l("There is a template of that name already."),
    "too_many_templates": _l("Two hundred templates at most: withdraw one first."),
    "template_not_found": _l("There is no such template, or it is withdrawn already."),
    "duty_not_found": _l("There is no such turn of duty."),
    "duty_withdrawn": _l("This turn of duty is withdrawn by now. Nothing was changed."),
    "duty_not_withdrawn": _l("This turn stands, or is over. Nothing was changed."),
    "duty_taken": _l(
        "%(name)s has this place at that time already. Change that turn, or choose another place. "
        "Nothing was noted."
    ),
    "duty_too_long": _l("A turn of duty lasts two weeks at most."),
    "duty_ends_first": _l("It ends before it begins."),
    "no_phone": _l("Write a phone number: digits, spaces, a plus."),
    "call_not_found": _l("There is no such call about this order."),
    "call_not_hers": _l("Only whoever noted it takes it back. Nothing was changed."),
    "closed_too_far_ahead": _l("Choose a day within two years."),
    "closed_why_too_long": _l("This text is too long: 100 characters at most."),
    "day_closed_already": _l("This day is noted already."),
    "closing_day_not_found": _l("There is no such closing day, or it is withdrawn already."),
    "too_far_ahead": _l("Choose a day within a year."),
    "work_order_begun": _l(
        "Somebody has begun this work order, or a visit called for it. Nothing was changed."
    ),
    "two_homes_at_least": _l("Choose orders of two homes at least."),
    "in_common_not_proposed": _l("It is not proposed any more, or was set aside already."),
    "in_common_not_aside": _l("It was not set aside, or is proposed again already."),
    "orders_not_alike": _l(
        "These orders are not about the same home and trade, or one is closed by now. Nothing was "
        "changed."
    ),
    "order_given_already": _l(
        "These orders are with different contractors. Nothing was changed; take one back first."
    ),
    "finding_opened_it": _l("This finding opened the order. Nothing was changed."),
    "day_is_over": _l("That day ends at 18:00, which is past: choose a later one."),
    "too_late_for_urgent": _l(
        "What is urgent cannot wait until then: leave the day empty, or choose a lesser severity."
    ),
}
