from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    name = "evaluation"

    def ready(self) -> None:
        """Let drafting and release of a tender check the evaluation rule, and its page show it in words."""
        from evaluation.rule_checks import check_tender_rule
        from evaluation.tender_panels import published_formula
        from tendering import panels
        from tendering.actions import registry

        if check_tender_rule not in registry.spec_checks:
            registry.spec_checks.append(check_tender_rule)
        if published_formula not in panels.formula_providers:
            panels.formula_providers.append(published_formula)
