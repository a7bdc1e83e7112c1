from django.apps import AppConfig


class PilotsConfig(AppConfig):
    name = "pilots"

    def ready(self) -> None:
        """The desk asks for tasks with pilots; papers of the council stand on the pages of tenders."""
        from pilots import desk, library, notices
        from pilots.papers import panels

        desk.register()
        library.register()
        notices.register()
        panels.register()
