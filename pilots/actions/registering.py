"""Registration: two people sign what is promised, before the first month of the trial; the seal cannot be changed."""

from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit
from accounts.decision import refuse, require
from accounts.evidence import CanonicalError
from accounts.models import User
from pilots import promise
from pilots.actions.access import act_on, co_signers, month_of, save, tell_all
from pilots.effects.inputs import months_between
from pilots.inputs import definition_faults, stop_on_faults
from pilots.lifecycle import decide_second_person
from pilots.models import Pilot

NEEDED = ("problem", "hypothesis", "success", "design", "control", "gate_date", "deciding_body", "options")


def request_registration(*, actor: User, pilot_id: int, registration: dict[str, Any]) -> Pilot:
    """First signature: checks the whole promise and fixes its text. It is sealed when a second person confirms.

    Raises ValidationError by path for what is missing; refuses ("too_late") once the first trial month began.
    """
    with audit.in_transaction():
        pilot, now = act_on(pilot_id, actor, "register")
        _stop_when_late(pilot, now)
        pilot.registration = promise.exact_json(registration)
        _stop_on_gaps(pilot)
        pilot.gate_date = _gate_date(pilot)
        pilot.sealed_registration = _sealed(pilot)
        pilot.registration_hash = promise.hash_of(pilot.sealed_registration)
        pilot.requested_at, pilot.registered_by = now, actor
        save(pilot)
        others = co_signers(pilot, actor)
        tell_all(pilot, others, now, f"co-sign:{pilot.registration_hash[:12]}", "pilot_duty", _ASK, _ASK_TEXT)
        data = {"registration": pilot.registration_hash}
        audit.record(pilot.chain, "pilot.registration_signed", actor=actor, at=now, data=data)
    return pilot


def confirm_registration(*, actor: User, pilot_id: int) -> Pilot:
    """Second signature by another person: the promise is sealed, public and final from this moment on."""
    with audit.in_transaction():
        pilot, now = act_on(pilot_id, actor, "co_sign")
        if pilot.requested_at is None:
            refuse("not_signed", _("Nobody has signed this registration yet."))
        require(decide_second_person(pilot.registered_by_id, actor.pk))
        _stop_when_late(pilot, now)
        if not promise.is_unbroken(pilot):
            refuse("changed", _("The pilot was changed after the first signature. It has to be signed again."))
        pilot.registered_at, pilot.co_signed_by = now, actor
        save(pilot)
        data = {"registration": pilot.registration_hash, "first": f"u:{pilot.registered_by_id}"}
        audit.record(pilot.chain, "pilot.registered", actor=actor, at=now, data=data)
    return pilot


def register_pilot(*, actor: User, pilot_id: int, registration: dict[str, Any], co_signer: User) -> Pilot:
    """Both signatures in one act, for cases that are played again. Pages and API let each person sign alone."""
    with audit.in_transaction():
        request_registration(actor=actor, pilot_id=pilot_id, registration=registration)
        return confirm_registration(actor=co_signer, pilot_id=pilot_id)


def _stop_when_late(pilot: Pilot, now: datetime) -> None:
    if pilot.phases and month_of(pilot, now) >= pilot.phases["pilot"][0]:
        refuse("too_late", _("A promise counts only when it is sealed before the first month of the trial."))


def _stop_on_gaps(pilot: Pilot) -> None:
    """Everything a reader needs to hold the result against the promise."""
    missing = {name: _("This entry is missing.") for name in NEEDED if not pilot.registration.get(name)}
    for name in ("phases", "costs"):
        if not getattr(pilot, name):
            missing[name] = _("This entry is missing.")
    if missing:
        raise ValidationError(missing)
    stop_on_faults(definition_faults(pilot))


def _gate_date(pilot: Pilot) -> date:
    """The day by which the council decides; not before the trial has ended."""
    try:
        gate = date.fromisoformat(str(pilot.registration["gate_date"]))
    except ValueError:
        raise ValidationError({"gate_date": _("Write the day as year, month, day: 2026-09-30.")}) from None
    if gate.strftime("%Y-%m") <= months_between(*pilot.phases["pilot"])[-1]:
        raise ValidationError({"gate_date": _("The council decides after the last month of the trial.")})
    return gate


def _sealed(pilot: Pilot) -> str:
    try:
        return promise.sealed_text(pilot)
    except CanonicalError as error:
        raise ValidationError({error.path: error.reason}) from error


_ASK = gettext_lazy("Please check and co-sign: %(pilot)s")
_ASK_TEXT = gettext_lazy(
    "A colleague has signed what this pilot promises. It counts when a second person confirms it.\n\n%(url)s\n"
)
