from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"
    label = "config"

    def ready(self) -> None:
        from accounts import due, practice_rows
        from config import checks, desk_panels, form_words  # noqa: F401 - checks registers itself
        from config.practice import cleaning

        desk_panels.install()
        form_words.install()
        practice_rows.chain_sources.append(cleaning.chains)
        due.jobs.append(due.Job("practices cleaned", cleaning.clean))
