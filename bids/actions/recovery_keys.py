"""A group's recovery key: made and tried by its keeper, who opens nothing. Its secret is on paper, never here.

It is one of the keys of the group: with it and one key less of the others the bids can be opened. Whoever has an own
key in the group does not make it, so that nobody holds two.
"""

from datetime import datetime
from typing import Final, TypeAlias

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit, outbox
from accounts.actions.people import chain_of
from accounts.actions.people_access import locked
from accounts.decision import refuse
from accounts.holders import holders, keepers
from accounts.lifecycle import Role
from accounts.models import OpenerKey, OpeningGroup, Organization, User, recovery_name
from bids.actions.opener_keys import check_proof, check_public

Text: TypeAlias = str | Promise
MADE: Final = gettext_lazy("%(office)s keeps it from now on. It is in the seals of tenders published from now on.")
LOST: Final = gettext_lazy("The key kept by %(office)s opens nothing any more. Have a new one made.")


def store_recovery_key(
    *, actor: User, organization_id: int, public: str, name: str, kept_by: str, kept_where: str
) -> OpenerKey:
    """A key the keeper has made in the own browser, of which only the public part comes here; the former one is
    replaced and opens only what was sealed to it. `name`: as in `next_name`; `kept_by`: an office, `kept_where`: where.
    """
    with audit.in_transaction():
        organization, now = locked(organization_id)
        _require_keeper(actor, organization, now)
        group, _is_new = OpeningGroup.objects.get_or_create(organization=organization)
        _check_place(kept_by, kept_where)
        check_public(public)
        if name != next_name(organization):
            text = _("Another recovery key was made meanwhile. Please load the page again.")
            raise ValidationError({"name": [text]})
        group.recovery_keys.filter(retired_at=None, replaced_at=None).update(replaced_at=now)
        key = OpenerKey(
            user=actor, public=public, locked=b"", made_at="browser", created_at=now, recovery_for=group,
            number=_next_number(group), kept_by=kept_by.strip(), kept_where=kept_where.strip(),
        )  # fmt: skip
        key.full_clean()
        key.save()
        _tell(key, organization, now, gettext_lazy("New recovery key: %(place)s"), MADE)
        data = {"public": public, "number": key.number, "kept_by": key.kept_by}
        audit.record(chain_of(organization), "recovery_key.created", actor=actor, at=now,
                     subject=f"opener_key:{key.pk}", data=data)  # fmt: skip
    return key


def try_recovery_key(*, actor: User, organization_id: int, key_id: int, proof: str) -> OpenerKey:
    """Notes that the sheet in the envelope works: `proof` is the challenge the keeper's browser opened with it."""
    with audit.in_transaction():
        organization, now = locked(organization_id)
        _require_keeper(actor, organization, now)
        key = _find(organization, key_id)
        check_proof(key, proof)
        key.tried_at = now
        key.save(update_fields=["tried_at"])
        audit.record(chain_of(organization), "recovery_key.tried", actor=actor, at=now,
                     subject=f"opener_key:{key.pk}", data={"number": key.number})  # fmt: skip
    return key


def report_recovery_key_lost(*, actor: User, organization_id: int, key_id: int) -> OpenerKey:
    """It opens nothing any more. For the keeper, and for administrators of the buyer."""
    with audit.in_transaction():
        organization, now = locked(organization_id)
        if not holders(organization, [Role.ORG_ADMIN], now).filter(pk=actor.pk).exists():
            _require_keeper(actor, organization, now)
        key = _find(organization, key_id)
        key.retired_at = now
        key.save(update_fields=["retired_at"])
        _tell(key, organization, now, gettext_lazy("The recovery key is lost: %(place)s"), LOST)
        audit.record(chain_of(organization), "recovery_key.lost", actor=actor, at=now,
                     subject=f"opener_key:{key.pk}", data={"number": key.number})  # fmt: skip
    return key


def next_name(organization: Organization) -> str:
    """What the next recovery key is called inside its locked file and in pieces."""
    group = OpeningGroup.objects.filter(organization=organization).first()
    return recovery_name(organization.pk, _next_number(group))


def _next_number(group: OpeningGroup | None) -> int:
    last = group.recovery_keys.aggregate(last=Max("number"))["last"] if group else None
    return int(last or 0) + 1


def _require_keeper(actor: User, organization: Organization, now: datetime) -> None:
    if keepers(organization.pk, now).filter(pk=actor.pk).exists():
        return
    if OpeningGroup.objects.filter(organization=organization, members=actor).exists():
        text = gettext_lazy("Who opens with an own key does not keep the recovery key, too. Ask another office.")
        refuse("two_keys", text, 403)
    raise Http404


def _find(organization: Organization, key_id: int) -> OpenerKey:
    key = OpenerKey.objects.recovery().filter(recovery_for__organization=organization, pk=key_id).first()
    if key is None:
        raise Http404
    return key


def _check_place(kept_by: str, kept_where: str) -> None:
    faults = {}
    if not kept_by.strip():
        faults["kept_by"] = [_("Name the office that keeps the envelope, not a person")]
    if not kept_where.strip():
        faults["kept_where"] = [_("Say where the envelope is kept, for example: safe of the audit office, room 12")]
    if faults:
        raise ValidationError(faults)


def _tell(key: OpenerKey, organization: Organization, now: datetime, subject: Text, body: Text) -> None:
    """The group and the administrators, in their languages; nothing secret is in it."""
    group = key.recovery_for
    assert group is not None
    what = "lost" if key.retired_at else "made"
    people = {one.pk: one for one in (*group.members.all(), *holders(organization, [Role.ORG_ADMIN], now))}
    for person in people.values():
        with outbox.in_language_of(person):
            words = {"place": organization.name, "office": key.kept_by}
            outbox.tell(
                person, key=f"recovery_key:{key.pk}:{what}", subject=str(subject) % words, body=str(body) % words,
                at=now, url=f"/account/openers/recovery/{organization.pk}/",
            )  # fmt: skip
