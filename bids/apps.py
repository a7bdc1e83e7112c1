from django.apps import AppConfig


class BidsConfig(AppConfig):
    name = "bids"

    def ready(self) -> None:
        from bids.actions.seal import make_seal
        from tendering.actions import registry

        registry.on_publication.append(make_seal)
