"""What opening groups do besides opening: they rehearse, and one of them has a recovery key that was used once."""

from base64 import b64decode, b64encode
from dataclasses import dataclass

from accounts.lifecycle import Role
from accounts.models import Membership, OpenerKey, OpeningGroup, Organization
from bids import actions
from bids.actions.opener_keys import challenge
from bids.actions.recovery_keys import next_name
from bids.actions.recovery_use import recovery_task
from bids.sealing import OpenerSecret, Piece, new_opener_key, release_pieces, unwrap
from config.demo.people import People, pass_sentence
from tendering.models import Tender


def rehearse_openings() -> None:
    """Each group opens a test bid together, with the pass sentences of the demo."""
    for group in OpeningGroup.objects.filter(organization__practice_run=None).order_by("organization__reference"):
        openers = list(group.members.order_by("pk"))[: group.needed]
        begun = actions.start_group_rehearsal(actor=openers[0], organization_id=group.organization_id)
        for opener in openers:
            sentence = pass_sentence(opener.reference or "")
            actions.rehearse_assisted(actor=opener, rehearsal_id=begun.pk, pass_sentence=sentence)


@dataclass(frozen=True, slots=True)
class Story:
    """Who keeps the envelope and signs its log as the second person, who reads the sheet, and why; accounts by name."""

    keeper: str
    reader: str
    kept_by: str
    kept_where: str
    reason: str


STORIES = {
    "T06": Story(
        keeper="M01-auditor_rpa",
        reader="M01-procurement_officer",
        kept_by="Rechnungsprüfungsamt",
        kept_where="Tresor, Raum 12",
        reason="Beide Vertretungen sind erkrankt; der eigene Passsatz war im verschlossenen Büro nicht erreichbar.",
    )
}


@dataclass
class Envelope:
    """A recovery key on its sheet. Only this holds the secret, and only while the case is played."""

    story: Story
    people: People
    key: OpenerKey
    secret: OpenerSecret

    def open(self, tender: Tender) -> None:
        """Taken out of the envelope with the second person; its part is released in an opening that runs."""
        reader, keeper = (self.people.account(name) for name in (self.story.reader, self.story.keeper))
        use = actions.take_recovery_key(
            actor=reader, tender_id=tender.pk, witness_id=keeper.pk, reason=self.story.reason
        )
        actions.confirm_envelope(actor=keeper, use_id=use.pk)
        task = recovery_task(actor=reader, use_id=use.pk)
        pieces = release_pieces(
            [Piece.from_json(body) for body in task["pieces"]], task["opener"], self.secret.secret,
            session=task["session"], session_public=task["session_public"],
        )  # fmt: skip
        sent = [piece.to_json() for piece in pieces]
        actions.release_recovery_key(actor=reader, use_id=use.pk, session_id=task["session"], pieces=sent)


def envelope_for(case: str, people: People, buyer: Organization) -> Envelope | None:
    """The recovery key of the buyer, made anew by its keeper and tried; None for a case without such a story."""
    story = STORIES.get(case)
    if story is None:
        return None
    keeper = people.account(story.keeper)
    Membership.objects.get_or_create(user=keeper, organization=buyer, role=Role.OPENER)
    name = next_name(buyer)
    public, secret = new_opener_key(name)
    key = actions.store_recovery_key(
        actor=keeper, organization_id=buyer.pk, public=public, name=name, kept_by=story.kept_by,
        kept_where=story.kept_where,
    )  # fmt: skip
    asked = challenge(key)
    proof = b64encode(unwrap(b64decode(asked["challenge"]), secret.secret, asked["info"])).decode()
    actions.try_recovery_key(actor=keeper, organization_id=buyer.pk, key_id=key.pk, proof=proof)
    return Envelope(story, people, key, secret)
