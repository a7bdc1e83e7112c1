"""The noun: in a call for candidates companies hand in requests to participate, no bids.

`said` gives a sentence about a bid as it is said about what this tender takes. German needs whole sentences, not a
noun to be put in: "das Angebot" and "der Teilnahmeantrag" differ in everything around them.
"""

from typing import Final, cast

from django.utils.functional import Promise, lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from tendering.models import Tender

REQUESTS: Final = {
    # the receipt
    _("Withdrawn at %(time)s. This bid will not be opened."): _(
        "Withdrawn at %(time)s. This request to participate will not be opened."
    ),
    _(
        "Received at %(time)s, after the deadline (%(deadline)s). Your bid is kept sealed and marked late; it is "
        "opened only if two people of the procurement office decide that the delay was not your fault."
    ): _(
        "Received at %(time)s, after the deadline (%(deadline)s). Your request to participate is kept sealed and "
        "marked late; it is opened only if two people of the procurement office decide that the delay was not your "
        "fault."
    ),
    _("Received at %(time)s. Your earlier bid has been replaced. You can stop worrying."): _(
        "Received at %(time)s. Your earlier request to participate has been replaced. You can stop worrying."
    ),
    _("Your bid arrived after the deadline"): _("Your request to participate arrived after the deadline"),
    _("Your earlier bid has been replaced."): _("Your earlier request to participate has been replaced."),
    _("This bid is not the current one any more: it was replaced or withdrawn later."): _(
        "This request to participate is not the current one any more: it was replaced or withdrawn later."
    ),
    _("Replace the bid if it has to change. If it stands as it is, say so; it stays sealed."): _(
        "Replace the request if it has to change. If it stands as it is, say so; it stays sealed."
    ),
    _("My bid stands as it is"): _("My request stands as it is"),
    _("Withdraw the bid"): _("Withdraw the request to participate"),
    _("Withdraw this bid?"): _("Withdraw this request to participate?"),
    _("Withdraw the bid for good"): _("Withdraw the request for good"),
    _(
        "It stays sealed for good and is never opened. You get a receipt. Until the deadline you can hand in a new one."
    ): _(
        "The request stays sealed for good and is never opened. You get a receipt. Until the deadline you can hand in "
        "a new one."
    ),
    _(
        "This bid counts until the newer one has been handed in. The new draft starts empty, unless you kept "
        "your editable copy."
    ): _(
        "This request counts until the newer one has been handed in. The new draft starts empty, unless you kept your "
        "editable copy."
    ),
    _("A bid can be replaced or withdrawn only before the deadline."): _(
        "A request to participate can be replaced or withdrawn only before the deadline."
    ),
    _("Prices and answers"): _("Answers on suitability"),
    _("Receipt for your bid"): _("Receipt for your request to participate"),
    _("Receipt for your new bid"): _("Receipt for your new request to participate"),
    _("Deadline for bids"): _("Deadline for requests to participate"),
    _("Until the deadline you may submit another bid."): _(
        "Until the deadline you may hand in another request to participate."
    ),
    _("Your bid is sealed. Nobody can read it before the opening, and then only several people together."): _(
        "Your request to participate is sealed. Nobody can read it before the opening, and then only several people "
        "together."
    ),
    _("Until the deadline you can replace or withdraw your bid."): _(
        "Until the deadline you can replace or withdraw your request to participate."
    ),
    _("It stays sealed for good."): _("The request stays sealed for good."),
    _("Nobody can read it. Until the deadline you can replace or withdraw it."): _(
        "Nobody can read the request. Until the deadline you can replace or withdraw it."
    ),
    _("Nobody can read it yet."): _("Nobody can read the request yet."),
    # the draft
    _("A bid of your company has been handed in"): _("A request of your company to participate has been handed in"),
    _("It counts as long as you do not hand in this draft. If you do, the newer bid replaces it."): _(
        "It counts as long as you do not hand in this draft. If you do, the newer request replaces it."
    ),
    _("Nothing. Bidding is free, and no software has to be installed."): _(
        "Nothing. Applying is free, and no software has to be installed."
    ),
    _(
        "Prices, answers and documents of the draft are deleted for good. A bid that was handed in "
        "before stays as it is."
    ): _(
        "Answers and documents of the draft are deleted for good. A request that was handed in before stays as it is."
    ),
    _("In your bid"): _("In your request"),
    _("These are more documents than a bid may have. Choose fewer."): _(
        "These are more documents than a request may have. Choose fewer."
    ),
    _("Arrived and in your bid"): _("Arrived and in your request"),
    _("The document is sealed and in your bid."): _("The document is sealed and in your request."),
    _("The document has been taken out of your bid."): _("The document has been taken out of your request."),
    _("Who bids with you"): _("Who applies with you"),
    _("Leave everything empty if you bid alone. What you enter is sealed with the bid."): _(
        "Leave everything empty if you apply alone. What you enter is sealed with the request."
    ),
    _("In this bid"): _("In this request"),
    _("This is still true: take it into the bid"): _("This is still true: take it into the request"),
    _("Your company has not declared anything yet. You do it once; every bid can take it over."): _(
        "Your company has not declared anything yet. You do it once; every request and every bid can take it over."
    ),
    _("Take it out of this bid"): _("Take it out of this request"),
    _(
        "Try handing in before it counts: every step runs as on the day, and you get a receipt. It has "
        "no legal effect, leaves no bid and shows to nobody outside your company."
    ): _(
        "Try handing in before it counts: every step runs as on the day, and you get a receipt. It has "
        "no legal effect, leaves no request to participate and shows to nobody outside your company."
    ),
    _("Back to the bid"): _("Back to the request"),
    _(
        "You can still hand in. The bid is recorded as late and stays sealed, unless two people of the "
        "buyer decide that the delay was not your fault."
    ): _(
        "You can still hand in. The request is recorded as late and stays sealed, unless two people of "
        "the buyer decide that the delay was not your fault."
    ),
    _("Until the deadline you can replace or withdraw the bid."): _(
        "Until the deadline you can replace or withdraw the request."
    ),
    _("Your browser cannot seal. Press the button again: then our server seals the bid when it arrives."): _(
        "Your browser cannot seal. Press the button again: then our server seals the request when it arrives."
    ),
    _("The bid changed meanwhile and was not handed in. Look at it and press the button again."): _(
        "The request changed meanwhile and was not handed in. Look at it and press the button again."
    ),
    _("Noted: your bid stands for the corrected documents, too."): _(
        "Noted: your request stands for the corrected documents, too."
    ),
    _("After the deadline: two people of the buyer open all bids together."): _(
        "After the deadline: two people of the buyer open all requests together."
    ),
    _(
        "You declared a conflict of interest, so you cannot open these bids. Another member of the group "
        "takes your place."
    ): _(
        "You declared a conflict of interest, so you cannot open these requests. Another member of the "
        "group takes your place."
    ),
    _("Before you see a bid"): _("Before you see a request"),
    _(
        "What seems to fit is chosen already; look whether it is right. A copy is sealed into your bid, "
        "nothing has to be uploaded again."
    ): _(
        "What seems to fit is chosen already; look whether it is right. A copy is sealed into your "
        "request, nothing has to be uploaded again."
    ),
    _("Take the chosen proofs into the bid"): _("Take the chosen proofs into the request"),
    _("Deadline and bid"): _("Deadline and request"),
    # the opening
    _("Late bid"): _("Late request to participate"),
    _("Late bids"): _("Late requests to participate"),
    _("Late bids, not opened"): _("Late requests to participate, not opened"),
    _("Admitted late bids, opened on"): _("Admitted late requests to participate, opened on"),
    _("Opened late bids"): _("Opened late requests to participate"),
    _("Opened bids"): _("Opened requests to participate"),
    _("They stay sealed, unless two people decide that the delay was not the bidder's fault."): _(
        "They stay sealed, unless two people decide that the delay was not the candidate's fault."
    ),
    _("Admitted: not the bidder's fault"): _("Admitted: not the candidate's fault"),
    _("This bid has been opened and takes part."): _("This request to participate has been opened and takes part."),
    _("This bid could not be opened: its integrity is violated."): _(
        "This request to participate could not be opened: its integrity is violated."
    ),
    _("Two people have admitted this bid. Open it like the others."): _(
        "Two people have admitted this request to participate. Open it like the others."
    ),
    _("Admitted. The openers now open it together."): _("Admitted. The openers now open the request together."),
    _("Two people have decided: this bid stays sealed for good."): _(
        "Two people have decided: this request to participate stays sealed for good."
    ),
    _("Confirm: the bid is opened"): _("Confirm: the request is opened"),
    _("Confirm: the bid stays sealed"): _("Confirm: the request stays sealed"),
    _(
        "A late bid stays out, unless the delay was not the bidder's fault, for example because this "
        "platform failed. The content stays sealed until two people agree."
    ): _(
        "A late request to participate stays out, unless the delay was not the candidate's fault, for example because "
        "this platform failed. The content stays sealed until two people agree."
    ),
    _("The procurement office decides about this bid."): _(
        "The procurement office decides about this request to participate."
    ),
    _("Was the delay the bidder's fault?"): _("Was the delay the candidate's fault?"),
    _("No: the bid is opened like the others"): _("No: the request is opened like the others"),
    _("Yes: the bid stays sealed for good"): _("Yes: the request stays sealed for good"),
    _("The deadline has passed. The openers now open the bids together."): _(
        "The deadline has passed. The openers now open the requests to participate together."
    ),
    _("The deadline has passed. You and a second opener now open the bids together."): _(
        "The deadline has passed. You and a second opener now open the requests together."
    ),
    _("One moment: bids that arrived in time are still being recorded."): _(
        "One moment: requests to participate that arrived in time are still being recorded."
    ),
    _("All parts are here. The bids are being opened."): _("All parts are here. The requests are being opened."),
    _(
        "Your pass sentence unlocks your part of the key, for this one opening. The last part opens all bids at once."
    ): _(
        "Your pass sentence unlocks your part of the key, for this one opening. The last part opens all requests to "
        "participate at once."
    ),
    _("Then each bid is opened and checked. A damaged one is named in the record; the others go on."): _(
        "Then each request to participate is opened and checked. A damaged one is named in the record; the others go "
        "on."
    ),
    _("Bid that could not be opened"): _("Request that could not be opened"),
    _("Bids that could not be opened"): _("Requests that could not be opened"),
    _("Bids that could not be opened before and were restored"): _(
        "Requests to participate that could not be opened before and were restored"
    ),
    _("Restored bids, opened on"): _("Restored requests, opened on"),
    _("Opened restored bids"): _("Opened restored requests"),
    _("Its files were restored. It has been opened and takes part."): _(
        "The files of this request were restored. It has been opened and takes part."
    ),
    _(
        "What the bidder sealed cannot be taken as a bid of this tender. The record of the opening says why; the "
        "evaluation lists it with this reason, and its company is told like the others."
    ): _(
        "What the company sealed cannot be taken as a request of this call. The record of the opening says why; the "
        "selection lists it with this reason, and its company is told like the others."
    ),
    _("This bid is not lost yet: whoever has the same bytes has the bid."): _(
        "This request is not lost yet: whoever has the same bytes has the request."
    ),
    _(
        "The signed receipt names each file by its SHA-256, fixed when it arrived. A copy with this very hash is what "
        "was handed in, wherever it comes from. Until two people decide otherwise the key to this bid is kept, "
        "and the evaluation waits."
    ): _(
        "The signed receipt names each file by its SHA-256, fixed when it arrived. A copy with this very hash is what "
        "was handed in, wherever it comes from. Until two people decide otherwise the key to this request is "
        "kept, and the selection waits."
    ),
    _("The bid is not out: it can be opened as soon as the same bytes are restored."): _(
        "The request is not out: it can be opened as soon as the same bytes are restored."
    ),
    _("Your bid could not be opened: %(tender)s"): _("Your request to participate could not be opened: %(tender)s"),
    _("Have a bid restored that could not be opened: %(tender)s"): _(
        "Have a request restored that could not be opened: %(tender)s"
    ),
    _("Open a restored bid: %(tender)s"): _("Open a restored request: %(tender)s"),
    _("The late bids that two people have admitted are opened."): _(
        "The late requests to participate that two people have admitted are opened."
    ),
    # the record of the opening
    _("Record of the opening of bids"): _("Record of the opening of requests to participate"),
    _("Bids"): _("Requests to participate"),
    _("Bid"): _("Request to participate"),
    _("Bidder"): _("Candidate"),
    _("Totals are net: quantities times unit prices as bid, before any discount, not yet checked."): _(
        "Requests to participate hold no prices."
    ),
    _("Late bids that two people admitted"): _("Late requests to participate that two people admitted"),
    _("In the bidder's browser: %(bids)s"): _("In the candidate's browser: %(bids)s"),
    _("By the bidder's own program: %(bids)s"): _("By the candidate's own program: %(bids)s"),
    _("sealed in the bidder's browser"): _("sealed in the candidate's browser"),
    _("sealed by the bidder's own program"): _("sealed by the candidate's own program"),
    _("Where prices and answers were sealed"): _("Where the answers were sealed"),
    _("Late bids, kept sealed"): _("Late requests to participate, kept sealed"),
    _("Withdrawn bids"): _("Withdrawn requests to participate"),
    # the desk
    _("Open the bids together: %(tender)s"): _("Open the requests to participate together: %(tender)s"),
    _("See that the bids are opened: %(tender)s"): _("See that the requests to participate are opened: %(tender)s"),
    _("Two people open right after the deadline; until then all bids stay sealed."): _(
        "Two people open right after the deadline; until then all requests to participate stay sealed."
    ),
    _("Decide about a late bid: %(tender)s"): _("Decide about a late request to participate: %(tender)s"),
    _("Confirm the decision about a late bid: %(tender)s"): _(
        "Confirm the decision about a late request to participate: %(tender)s"
    ),
    _("It stays sealed unless two people find that the delay was not the bidder's fault."): _(
        "It stays sealed unless two people find that the delay was not the candidate's fault."
    ),
    _("Open an admitted late bid: %(tender)s"): _("Open an admitted late request to participate: %(tender)s"),
    _("Finish and hand in the bid: %(tender)s"): _("Finish and hand in the request to participate: %(tender)s"),
    _("Check whether your bid still fits: %(tender)s"): _(
        "Check whether your request to participate still fits: %(tender)s"
    ),
    _("The tender was changed or a question was answered after you handed in; you can replace your bid."): _(
        "The tender was changed or a question was answered after you handed in; you can replace your request."
    ),
    _("Your bid has been received: %(tender)s"): _("Your request to participate has been received: %(tender)s"),
    _("Your bid has been replaced: %(tender)s"): _("Your request to participate has been replaced: %(tender)s"),
    _("Your bid has been withdrawn: %(tender)s"): _("Your request to participate has been withdrawn: %(tender)s"),
    # the formal check
    _("Every bid has been checked. A second person has to confirm."): _(
        "Every request to participate has been checked. A second person has to confirm."
    ),
    _("Every bid has been checked and confirmed by a second person."): _(
        "Every request to participate has been checked and confirmed by a second person."
    ),
    _("how far each step is for each bid"): _("how far each step is for each request to participate"),
    _("There is no opened bid"): _("There is no opened request to participate"),
    _("Bids appear here after the opening."): _("Requests to participate appear here after the opening."),
    _("Bids beside one another"): _("Requests to participate beside one another"),
    _("All bids beside one another"): _("All requests to participate beside one another"),
    _("Documents of the bid"): _("Documents of the request to participate"),
    _("Who bids with whom"): _("Who applies with whom"),
    _("in two bids"): _("in two requests"),
    _("Other bids lack documents, too."): _("Other requests lack documents, too."),
    _("Questions about this bid"): _("Questions about this request to participate"),
    _("Nothing has been asked about this bid."): _("Nothing has been asked about this request to participate."),
    _("Ask what the bid means"): _("Ask what the request means"),
    _("This bid has not been checked yet."): _("This request to participate has not been checked yet."),
    _("What the bid says itself is filled in already."): _("What the request says itself is filled in already."),
    _("This bid is not excluded by a decision. What the check finds excludes it by itself in the evaluation."): _(
        "This request to participate is not excluded by a decision. What the check finds counts by itself in the "
        "selection."
    ),
    _("Exclude this bid"): _("Exclude this request to participate"),
    _(
        "Everybody in the same position is asked in one go and has the same time. Each bidder reads only "
        "about its own bid."
    ): _(
        "Everybody in the same position is asked in one go and has the same time. Each candidate reads only about its "
        "own request."
    ),
    _(
        "Every step for every bid: open, done, objection, or not needed with its reason. All bids go through "
        "the same steps."
    ): _(
        "Every step for every request to participate: open, done, objection, or not needed with its reason. All "
        "requests go through the same steps."
    ),
    _("All steps and bids"): _("All steps and requests"),
    _("Steps by bid"): _("Steps by request to participate"),
    _("Only if it is incomplete or wrong; the bidder reads it."): _(
        "Only if it is incomplete or wrong; the candidate reads it."
    ),
    _("The bidder changed the procurement documents"): _("The candidate changed the procurement documents"),
    _("the bid stays"): _("the request stays"),
    _("the bid is excluded"): _("the request is excluded"),
    _("yes, the bid stays"): _("yes, the request stays"),
    _("the whole bid"): _("the whole request"),
    _("Decide whether the bid stays or is excluded"): _("Decide whether the request stays or is excluded"),
    _("Decide for each exclusion ground whether the bid is excluded or kept."): _(
        "Decide for each exclusion ground whether the request is excluded or kept."
    ),
    _("Why is it proportionate to exclude the bid?"): _("Why is it proportionate to exclude the request?"),
    _("Reason, as the bidder will read it"): _("Reason, as the candidate will read it"),
    _("Give the reason, for example: position 3 has no price although it is essential"): _(
        "Give the reason, for example: the declaration of the second member is missing"
    ),
    _("Ask only what the bid means. Price and content of the bid cannot change by the answer."): _(
        "Ask only what the request means. Its content cannot change by the answer."
    ),
    _(
        "This is a question, not a negotiation: price and content of the bid stay as they are, and both question "
        "and answer stand in the file."
    ): _(
        "This is a question, not a negotiation: the content of the request stays as it is, and both question "
        "and answer stand in the file."
    ),
    _("Ask the bidder"): _("Ask the candidate"),
    _("Ask the bidder for these documents"): _("Ask the candidate for these documents"),
    _("Asked. The bidder has been told by mail."): _("Asked. The candidate has been told by mail."),
    _("Not every opened bid has been checked yet."): _("Not every opened request has been checked yet."),
    _("Only an opened bid can be checked."): _("Only an opened request can be checked."),
    _("A late bid is not excluded: it is not opened."): _("A late request is not excluded: it is not opened."),
    _("This step has been worked on for a bid; it stays in the list."): _(
        "This step has been worked on for a request; it stays in the list."
    ),
    _("Formal check of all bids"): _("Formal check of all requests to participate"),
    _("Confirm the formal check of all bids"): _("Confirm the formal check of all requests"),
    # what the office asks a candidate
    _("Question about your bid: %(title)s"): _("Question about your request to participate: %(title)s"),
    _(
        "The buyer asks what an entry of your bid means. Sign in to read the question and to answer it. "
        "Your bid itself stays as it is."
    ): _(
        "The buyer asks what an entry of your request to participate means. Sign in to read the question and to "
        "answer it. Your request itself stays as it is."
    ),
    _("Questions about your bid"): _("Questions about your request to participate"),
    _("What does your bid mean?"): _("What does your request mean?"),
    _("Your answer explains your bid. Price and content stay as you handed them in."): _(
        "Your answer explains your request. Its content stays as you handed it in."
    ),
    _("Bids are not checked any more: nothing can be answered or handed in here now."): _(
        "Requests to participate are not checked any more: nothing can be answered or handed in here now."
    ),
    _("A bidder has answered your question: %(title)s"): _("A candidate has answered your question: %(title)s"),
    _("Read the answer at the check of the bid."): _("Read the answer at the check of the request."),
    _("A bidder handed in documents you asked for. Look at them at the check of the bid."): _(
        "A candidate handed in documents you asked for. Look at them at the check of the request."
    ),
    # the start page
    _("Open for bids"): _("Open for requests to participate"),
}


def said(tender: Tender, sentence: str) -> str:
    """The sentence in the active language, about a bid, or in a call for candidates about a request to participate.

    KeyError for a sentence that has no counterpart: say both here.
    """
    return gettext(REQUESTS[sentence] if tender.is_call else sentence)


def said_later(tender: Tender, sentence: str) -> Promise:
    """The same in the language of whoever reads it later, for example in a mail."""
    return cast(Promise, _later(tender, sentence))


_later = lazy(said, str)
