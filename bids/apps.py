from django.apps import AppConfig


class BidsConfig(AppConfig):
    name = "bids"

    def ready(self) -> None:
        """What lower apps call without knowing bids: the seal, whom news concern, the cleaning."""
        from accounts import due
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
