from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    name = "evaluation"

    def ready(self) -> None:
        """Let drafting and release of a tender check the evaluation rule; add to its page and to the desk."""
        from evaluation import desk, panels
        from evaluation.rule_checks import check_tender_rule
        from tendering.actions import registry

        if check_tender_rule not in registry.spec_checks:
            registry.spec_checks.append(check_tender_rule)
        panels.register()
        desk.register()
