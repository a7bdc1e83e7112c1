from django.apps import AppConfig


class PilotsConfig(AppConfig):
    name = "pilots"

    def ready(self) -> None:
        """The desk asks for tasks with pilots."""
        from accounts import desk
        from pilots.desk import tasks

        if tasks not in desk.panels:
            desk.panels.append(tasks)
