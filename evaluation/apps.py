from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    name = "evaluation"

    def ready(self) -> None:
        """Let drafting and release of a tender check the evaluation rule; add to its page and to the desk."""
        from accounts import due
        from evaluation import desk, desk_after, duties, notices, panels
        from evaluation.actions.benchmark import run_waiting
        from evaluation.actions.delivery import remind_of_ends
        from evaluation.rule_checks import check_tender_rule
        from tendering.actions import registry

        if check_tender_rule not in registry.spec_checks:
            registry.spec_checks.append(check_tender_rule)
        panels.register()
        desk.register()
        desk_after.register()
        duties.register()
        notices.register()
        if not any(job.name == "benchmarks computed" for job in due.jobs):
            due.jobs.append(due.Job("benchmarks computed", run_waiting))
        if not any(job.act is remind_of_ends for job in due.jobs):
            due.jobs.append(due.Job("contract ends", remind_of_ends))
