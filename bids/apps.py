from django.apps import AppConfig


class BidsConfig(AppConfig):
    name = "bids"

    def ready(self) -> None:
        """What lower apps call without knowing bids: the seal, whom news concern, cleaning, checks."""
        from accounts import audit_checks, due
        from accounts import leaving as of_people
        from bids import audit_checks as of_bids
        from bids import checkpoint_mail, desk, duties, hash_list, notices, panels, proof_desk
        from bids.actions.group_rehearsal import resume_group_rehearsals
        from bids.actions.opening import resume_all
        from bids.actions.participants import bidders
        from bids.actions.seal import make_seal
        from bids.leaving import sealed_tenders
        from bids.marks import read_marks
        from bids.reaping import reap
        from tendering.actions import registry

        registry.on_publication.append(make_seal)
        panels.register()
        desk.register()
        duties.register()
        proof_desk.register()
        notices.register()
        registry.audience.append(bidders)
        of_people.obstacles.append(sealed_tenders)
        due.jobs.append(due.Job("reap_uploads", reap))
        due.jobs.append(due.Job("commit_hash_lists", hash_list.commit))
        due.jobs.append(due.Job("checkpoints mailed", checkpoint_mail.send))
        due.jobs.append(due.Job("openings resumed", resume_all))
        due.jobs.append(due.Job("rehearsals of openings resumed", resume_group_rehearsals))
        due.jobs.append(due.Job("marks of documents read", read_marks))
        audit_checks.extra.append(of_bids.stored_files)
        audit_checks.receipt_checks.append(of_bids.contradictions)
