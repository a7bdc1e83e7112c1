from django.apps import AppConfig


class BidsConfig(AppConfig):
    name = "bids"

    def ready(self) -> None:
        """What lower apps call without knowing bids: the seal, whom news concern, cleaning, checks."""
        from accounts import audit_checks, due
        from bids import audit_checks as of_bids
        from bids import desk, panels
        from bids.actions.participants import bidders
        from bids.actions.seal import make_seal
        from bids.reaping import reap
        from tendering.actions import registry

        registry.on_publication.append(make_seal)
        panels.register()
        desk.register()
        registry.audience.append(bidders)
        due.jobs.append(due.Job("reap_uploads", reap))
        audit_checks.extra.append(of_bids.stored_files)
        audit_checks.receipt_checks.append(of_bids.contradictions)
