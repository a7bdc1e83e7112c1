from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import append_only

        post_migrate.connect(append_only.install, sender=self, dispatch_uid="append_only")
