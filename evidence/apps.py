from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class EvidenceConfig(AppConfig):
    """The middle floor: what is known."""

    name = "evidence"
    verbose_name = "Evidence"

    def ready(self) -> None:
        # Models are not ready when this file is read.
        from evidence.actions.notices import register_subjects
        from evidence.actions.rating_letters import send_what_waits
        from evidence.actions.replies import tell_what_is_due
        from evidence.actions.report_notices import register_reports
        from evidence.actions.rounds import remind_on_schedule
        from evidence.actions.saved_searches import register_saved_searches
        from evidence.actions.watching import register_watching
        from evidence.search_index import drop_triggers_before_migrating, ensure_search_triggers
        from partnerships.notices import register_clock

        register_subjects()
        register_clock(tell_what_is_due)
        register_clock(send_what_waits)
        register_clock(remind_on_schedule)
        register_reports()
        register_watching()
        register_saved_searches()
        # On SQLite a migration that alters a table makes it anew, and its triggers are gone with the old one.
        pre_migrate.connect(drop_triggers_before_migrating, sender=self)
        post_migrate.connect(ensure_search_triggers, sender=self)
