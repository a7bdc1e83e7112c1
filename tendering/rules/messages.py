"""Sentences of the drafting checks by code. None names a statute: the source stands beside the finding."""

from __future__ import annotations

from tendering.rules.marking import gettext_noop

MESSAGES: dict[str, str] = {
    "R01.missing": gettext_noop("State the estimated value: it decides which rules apply."),
    "R01.method": gettext_noop("Say in one sentence how the value was estimated."),
    "R01.lots_sum": gettext_noop("The lots add up to %(lots)s, the estimate says %(estimate)s."),
    "R01.options": gettext_noop("The estimate includes the %(months)s option months. Please check."),
    "R05.monthly": gettext_noop(
        "Without a total price the estimate is %(months)s months at %(monthly)s: %(expected)s, not %(estimate)s."
    ),
    "R06.above": gettext_noop("From %(threshold)s on, the EU-wide rules apply; the estimate is %(value)s."),
    "R06.below": gettext_noop("The estimate of %(value)s lies below %(threshold)s: a national procedure would do."),
    "R06.unknown": gettext_noop("No threshold is known for %(day)s. Check it and note its source."),
    "R07.special": gettext_noop(
        "This looks like a special service with a threshold of %(threshold)s. Check the main subject of the contract."
    ),
    "R09.profile": gettext_noop("For this buyer the profile “%(expected)s” is usual, this tender uses “%(used)s”."),
    "R10.reason": gettext_noop("This procedure needs a reason. Open and restricted procedures are always allowed."),
    "R11.limit": gettext_noop("Above %(limit)s this procedure needs a reason; the estimate is %(value)s."),
    "R11.unknown": gettext_noop("The limit for this procedure is not known here. Enter it with its source."),
    "R11.statute": gettext_noop("The municipality's own statute sets the limit. Enter it with its source."),
    "R12.limit": gettext_noop("Direct orders are allowed up to %(limit)s; the estimate is %(value)s."),
    "R13.invited": gettext_noop("Invite at least %(needed)s companies or say why fewer; invited so far: %(invited)s."),
    "R14.candidates": gettext_noop("Let at least %(needed)s candidates through; the tender says %(stated)s."),
    "R14.call": gettext_noop("In this kind of procedure companies apply first: begin the call for candidates."),
    "R14.missing": gettext_noop("State how many candidates are invited at least: %(needed)s or more."),
    "R15.period": gettext_noop(
        "The time for bids is too short: at least %(days)s days, so the deadline is on %(first_day)s at the earliest."
    ),
    "R15.requests": gettext_noop(
        "The time for requests to participate is too short: at least %(days)s days, so the deadline is on "
        "%(first_day)s at the earliest."
    ),
    "R15.reason": gettext_noop("A shortened time for bids needs a reason."),
    "R16.short": gettext_noop("Only %(days)s days for bids; less than %(advised)s days brings fewer bids."),
    "R16.holidays": gettext_noop("%(share)s %% of the days for bids are weekends or holidays. Consider a longer time."),
    "R17.questions": gettext_noop(
        "Questions until %(until)s leave no time: answers must reach all bidders by %(latest)s."
    ),
    "R19.binding": gettext_noop("Bids bind until %(until)s; the contract is possible on %(contract)s at the earliest."),
    "R26.reason": gettext_noop("One lot only: say why the contract is not divided, small companies depend on lots."),
    "R27.rule": gettext_noop("A limit on lots per bidder needs a published rule for handing them out."),
    "R28.combinations": gettext_noop("Combined discounts count only if the rule for handing out lots considers them."),
    "R44.register": gettext_noop("Before the award, query the competition register for the winner."),
    "R46.price_only": gettext_noop("Price alone decides, the other criteria have no effect. Remove or weigh them."),
    "R46.no_quality": gettext_noop("Quality has weight but no criterion. Add one or let the price alone decide."),
    "R47.lot": gettext_noop("The weights of lot %(lot)s add up to %(total)s instead of 100."),
    "R47.parts": gettext_noop("The weights of price and quality add up to %(total)s instead of 1."),
    "R49.guide": gettext_noop("Say for criterion %(criterion)s what earns many points and what earns few."),
    "R51.variants": gettext_noop("Variants are allowed: state their minimum requirements."),
    "R54.basis": gettext_noop("Bids with different VAT rates compare fairly only on a gross basis."),
    "Q01.term": gettext_noop("Framework agreements run %(years)s years at most, this one %(months)s months. Say why."),
    "Q02.day": gettext_noop("The deadline falls on a weekend or holiday (%(day)s)."),
    "Q02.hour": gettext_noop("The deadline lies outside office hours; help is hard to reach then."),
    "Q03.few": gettext_noop("%(needed)s people must open together, the opening group has %(members)s."),
    "Q03.spare": gettext_noop(
        "The opening group has %(members)s people; with %(advised)s no absence delays the opening."
    ),
    "Q04.method": gettext_noop("This way of scoring is not among those of the profile."),
    "Q05.second_person": gettext_noop("A second person must release the tender."),
}
