"""What is refused of works, in plain words."""

from typing import Any

from flask_babel import lazy_gettext as _l

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
    "list_known": _l("You saved a list under that name since: withdraw that one first."),
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
    "quote_known_already": _l(
        "This very quote is noted already: same contractor, amount and words."
    ),
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
