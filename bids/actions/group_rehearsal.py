"""The rehearsal of an opening: a test bid under a key that is thrown away, opened by the people of one opening group.

Every step is that of a true opening: own parts, unlocked in the own browser, released to a session of fifteen minutes;
the last one opens. No key of a tender is involved, and an opener's browser hands over none of a tender here.
"""

from contextlib import suppress
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from accounts import audit, clock
from accounts.actions.people import chain_of
from accounts.actions.people_access import locked
from accounts.decision import RefusedError, refuse
from accounts.holders import groups_of
from accounts.models import OpenerKey, OpeningGroup, User
from bids import keys, opening
from bids.actions.opening import MOST_ATTEMPTS, SESSION_LIFE
from bids.actions.opening_access import ASSISTED_OFF
from bids.models import GroupRehearsal, GroupRehearsalPart
from bids.sealing import (
    IntegrityError,
    Manifest,
    SealingError,
    Slot,
    WrongPassSentence,
    WrongPiece,
    new_tender_secret,
    open_manifest,
    seal_manifest,
    split_secret,
)
from bids.sealing import release_pieces as wrap_pieces
from bids.sealing.wrapping import encode

TEST_PRICE: Final = "1.00"
NOT_YOURS: Final = gettext_lazy("These are not your pieces for this rehearsal.")
WRONG_PART: Final = gettext_lazy(
    "The part released by %(person)s is not the right one. Nothing was opened. Start again."
)
NOT_OPENED: Final = gettext_lazy("The parts do not open the test bid. Tell the operator before you publish a tender.")
NOT_IN_IT: Final = gettext_lazy(
    "Your opening key is newer than this rehearsal. The others finish it, or start it again."
)


def start_group_rehearsal(*, actor: User, organization_id: int) -> GroupRehearsal:
    """The rehearsal of the buyer's opening group that runs, or a new one with a fresh test bid. For its openers."""
    with audit.in_transaction():
        organization, now = locked(organization_id)
        group = _group_of(actor, organization.pk)
        if (found := running_rehearsal(group, now)) is not None:
            return found
        for old in group.rehearsals.exclude(session_wrapped=""):
            _erase(old)
        return _new(group, actor, now)


def group_rehearsal_task(*, actor: User, rehearsal_id: UUID | str) -> dict[str, Any]:
    """What the opener's browser needs to release, as `bids.actions.opening.release_task`."""
    rehearsal = _own(actor, rehearsal_id)
    _require_running(rehearsal, clock.now())
    key = _key_in(rehearsal, actor)
    return {
        "session": str(rehearsal.pk),
        "session_public": opening.session_public(rehearsal),
        "opener": key.identifier,
        "locked": encode(bytes(key.locked)),
        "pieces": [body for body in rehearsal.stored_bodies() if body["opener"] == key.identifier],
    }


def rehearse_hand_over(*, actor: User, rehearsal_id: UUID | str, pieces: list[dict[str, Any]]) -> GroupRehearsal:
    """Counts pieces that the opener's own browser unlocked and wrapped to the session; the last person opens."""
    rehearsal = _own(actor, rehearsal_id)
    if rehearsal.completed_at is None and not _has_released(rehearsal, actor):
        _require_running(rehearsal, clock.now())
        key = _key_in(rehearsal, actor)
        try:
            opening.check_release(rehearsal, rehearsal, key.identifier, pieces)
        except SealingError:
            raise ValidationError({"pieces": [NOT_YOURS]}) from None
        _record_part(actor, rehearsal, key, pieces, "browser")
    return _open_if_complete(actor, rehearsal)


def rehearse_assisted(*, actor: User, rehearsal_id: UUID | str, pass_sentence: str) -> GroupRehearsal:
    """As `rehearse_hand_over` without JavaScript, where the buyer allows it: the server unlocks for this once.

    A wrong sentence is refused, counted and recorded (without the sentence); after five no more is tried.
    """
    rehearsal = _own(actor, rehearsal_id)
    if not keys.assisted_allowed(rehearsal.group.organization):
        refuse("assisted_off", ASSISTED_OFF, 403)
    if rehearsal.completed_at is None and not _has_released(rehearsal, actor):
        key = _key_in(rehearsal, actor)
        _count_attempt(actor, rehearsal)
        pieces = _unlocked(actor, rehearsal, key, pass_sentence)
        OpenerKey.objects.filter(pk=key.pk).update(assisted_at=clock.now())
        _record_part(actor, rehearsal, key, pieces, "server")
    return _open_if_complete(actor, rehearsal)


def resume_group_rehearsal(*, actor: User, organization_id: int) -> GroupRehearsal | None:
    """Goes on with a rehearsal that a stopped process left after the last release; None when none waits."""
    waiting = _group_of(actor, organization_id).rehearsals.exclude(session_wrapped="").first()
    return _open_if_complete(actor, waiting) if waiting is not None and is_complete(waiting) else None


def resume_group_rehearsals(now: datetime) -> int:
    """A job: the same for every rehearsal that a stopped process left; how many were completed."""
    done = 0
    for rehearsal in GroupRehearsal.objects.exclude(session_wrapped="").filter(started_at__lt=now):
        if is_complete(rehearsal):
            last = rehearsal.releases.select_related("opener").last()
            assert last is not None
            with suppress(RefusedError):
                done += _open_if_complete(last.opener, rehearsal).completed_at is not None
    return done


def running_rehearsal(group: OpeningGroup, now: datetime) -> GroupRehearsal | None:
    """The one that still takes parts, or waits to be carried out."""
    found = group.rehearsals.exclude(session_wrapped="").select_related("group__organization").first()
    return found if found is not None and _is_running(found, now) else None


def is_complete(rehearsal: GroupRehearsal) -> bool:
    """Whether enough people have released: then it does not expire any more."""
    return rehearsal.releases.exclude(pieces=[]).count() >= rehearsal.needed


def rehearsing_keys(group: OpeningGroup) -> dict[str, OpenerKey]:
    """{name in pieces: key} of those who can rehearse. A recovery key is not among them: its keeper tries the sheet."""
    held = OpenerKey.objects.own().filter(user__in=group.members.all(), user__is_active=True)
    return {key.identifier: key for key in held.defer("locked").order_by("user")}


def _new(group: OpeningGroup, actor: User, now: datetime) -> GroupRehearsal:
    """Seals a test bid to a fresh key, splits that key as at a publication, and forgets it."""
    held = rehearsing_keys(group)
    if len(held) < group.needed:
        text = gettext_lazy("%(needed)s people open together, and %(have)s of the group have an opening key so far.")
        refuse("opener_keys_missing", text % {"needed": group.needed, "have": len(held)})
    if str(actor.pk) not in held:
        refuse("no_key", gettext_lazy("First make your opening key."))
    rehearsal = GroupRehearsal(group=group, needed=group.needed, started_at=now, started_by=actor)
    split = split_secret(
        new_tender_secret(),
        tender=rehearsal.scope,
        generation=rehearsal.generation,
        openers={name: key.public for name, key in held.items()},
        k=group.needed,
        platform_public=keys.platform_key().public,
    )
    rehearsal.recipient, rehearsal.clock_wrapped = split.recipient, encode(split.clock_platform)
    rehearsal.bodies = [piece.to_json() for piece in split.pieces]
    content = {"currency": group.organization.currency, "total": TEST_PRICE}
    rehearsal.test_bid = seal_manifest(Manifest("", content=content), _slot(rehearsal), split.recipient)
    rehearsal.session_wrapped = opening.new_session_key(rehearsal)
    rehearsal.full_clean()
    rehearsal.save(force_insert=True)
    rehearsal.keys.set(held.values())
    _record(rehearsal, "group_rehearsal.started", actor, now, keys=len(held))
    return rehearsal


def _open_if_complete(actor: User, rehearsal: GroupRehearsal) -> GroupRehearsal:
    """Opens the test bid when enough people have released; called again after a crash it goes on where it stood.

    What does not open ends the rehearsal, is recorded and refused: another try would end the same way.
    """
    with audit.in_transaction():
        _organization, now = locked(rehearsal.group.organization_id)
        current = _current(rehearsal)
        if current.completed_at or not is_complete(current):
            return current
        problem = _bring_to_light(current, now)
        _erase(current)
        if problem is None:
            _record(current, "group_rehearsal.opened", actor, now, released=current.releases.count())
        else:
            _record(current, "group_rehearsal.failed", actor, now, problem=problem[0])
    if problem is not None:
        refuse(*problem)
    return current


def _bring_to_light(rehearsal: GroupRehearsal, now: datetime) -> tuple[str, str | Promise] | None:
    """Opens the test bid with the released parts; code and sentence of what is wrong, or None."""
    try:
        secret = opening.recover(rehearsal, rehearsal)
        place, test_bid = open_manifest(secret.secret, bytes(rehearsal.test_bid))
    except WrongPiece as error:
        return "wrong_piece", WRONG_PART % {"person": _name(rehearsal, error.opener_id)}
    except (SealingError, IntegrityError):
        return "pieces_wrong", NOT_OPENED
    if place != _slot(rehearsal):
        return "pieces_wrong", NOT_OPENED
    rehearsal.opened, rehearsal.completed_at = test_bid.content, now
    rehearsal.save(update_fields=["opened", "completed_at"])
    return None


def _record_part(
    actor: User, rehearsal: GroupRehearsal, key: OpenerKey, pieces: list[dict[str, Any]], where: str
) -> None:
    """The person's part, once; it also shows that the key works."""
    with audit.in_transaction():
        _organization, now = locked(rehearsal.group.organization_id)
        current = _current(rehearsal)
        if current.completed_at or _has_released(current, actor):
            return
        _require_running(current, now)
        part = GroupRehearsalPart(rehearsal=current, opener=actor, released_at=now, unlocked_at=where, pieces=pieces)
        part.full_clean()
        part.save()
        OpenerKey.objects.filter(pk=key.pk).update(tried_at=now)
        count = current.releases.count()
        _record(
            current, "group_rehearsal.released", actor, now, released=count, needed=current.needed, unlocked_at=where
        )


def _count_attempt(actor: User, rehearsal: GroupRehearsal) -> None:
    """Counts before it is tried, under lock, so that parallel guessing gains nothing."""
    with audit.in_transaction():
        _organization, now = locked(rehearsal.group.organization_id)
        current = _current(rehearsal)
        _require_running(current, now)
        tried = current.attempts.get(str(actor.pk), 0)
        if tried >= MOST_ATTEMPTS:
            text = gettext_lazy("Too many wrong pass sentences. Start the rehearsal again in 15 minutes.")
            refuse("too_many_attempts", text, 403)
        current.attempts = {**current.attempts, str(actor.pk): tried + 1}
        current.save(update_fields=["attempts"])


def _unlocked(actor: User, rehearsal: GroupRehearsal, key: OpenerKey, pass_sentence: str) -> list[dict[str, Any]]:
    try:
        secret = keys.unlock(key, pass_sentence)
    except WrongPassSentence:
        with audit.in_transaction():
            _organization, now = locked(rehearsal.group.organization_id)
            _record(rehearsal, "group_rehearsal.wrong_pass_sentence", actor, now)
        text = gettext_lazy("This pass sentence does not fit your opening key. Nothing was released.")
        refuse("wrong_pass_sentence", text, 403)
    try:
        public = opening.session_public(rehearsal)
        pieces = opening.stored_pieces(rehearsal)
        made = wrap_pieces(pieces, key.identifier, secret.secret, session=str(rehearsal.pk), session_public=public)
    except SealingError:
        refuse("pieces_damaged", NOT_OPENED)
    return [piece.to_json() for piece in made]


def _group_of(actor: User, organization_id: int) -> OpeningGroup:
    """The buyer's opening group, if the actor opens in it today; Http404 otherwise."""
    group = groups_of(actor).select_related("organization").filter(organization=organization_id).first()
    if group is None or not actor.is_active:
        raise Http404
    return group


def _own(actor: User, rehearsal_id: UUID | str) -> GroupRehearsal:
    rehearsal = GroupRehearsal.objects.select_related("group__organization").filter(pk=rehearsal_id).first()
    if rehearsal is None:
        raise Http404
    _group_of(actor, rehearsal.group.organization_id)
    return rehearsal


def _key_in(rehearsal: GroupRehearsal, actor: User) -> OpenerKey:
    key = rehearsal.keys.filter(user=actor, retired_at=None).first()
    if key is None:
        refuse("no_key", NOT_IN_IT)
    return key


def _is_running(rehearsal: GroupRehearsal, now: datetime) -> bool:
    return bool(rehearsal.session_wrapped) and (now < rehearsal.started_at + SESSION_LIFE or is_complete(rehearsal))


def _require_running(rehearsal: GroupRehearsal, now: datetime) -> None:
    if not _is_running(rehearsal, now):
        text = gettext_lazy("This rehearsal has expired after 15 minutes. Start it again; all of you release again.")
        refuse("session_expired", text)


def _has_released(rehearsal: GroupRehearsal, actor: User) -> bool:
    return rehearsal.releases.filter(opener=actor).exists()


def _current(rehearsal: GroupRehearsal) -> GroupRehearsal:
    """Read again under the lock of its organisation."""
    return GroupRehearsal.objects.select_related("group__organization").get(pk=rehearsal.pk)


def _erase(rehearsal: GroupRehearsal) -> None:
    """Destroys session key, pieces and clock share: the key of the test bid cannot be put together any more."""
    rehearsal.session_wrapped, rehearsal.clock_wrapped, rehearsal.bodies = "", "", []
    rehearsal.save(update_fields=["session_wrapped", "clock_wrapped", "bodies"])
    rehearsal.releases.update(pieces=[])


def _name(rehearsal: GroupRehearsal, identifier: str) -> str:
    held = rehearsal.keys.select_related("user")
    return next((str(key.user) for key in held if key.identifier == identifier), identifier)


def _slot(rehearsal: GroupRehearsal) -> Slot:
    return Slot(rehearsal.scope, "all", "single", "test", "test", str(rehearsal.pk))


def _record(rehearsal: GroupRehearsal, verb: str, actor: User, now: datetime, **data: Any) -> None:
    organization = rehearsal.group.organization
    audit.record(chain_of(organization), verb, actor=actor, at=now, subject=f"organization:{organization.pk}",
                 data={"rehearsal": str(rehearsal.pk), **data})  # fmt: skip
