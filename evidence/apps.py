from django.apps import AppConfig
from django.db.models.signals import post_migrate


class EvidenceConfig(AppConfig):
    """The middle floor: what is known."""

    name = "evidence"
    verbose_name = "Evidence"

    def ready(self) -> None:
        # On SQLite a migration that alters a table makes it anew, and its triggers are gone with the old one.
        from evidence.search_index import ensure_search_triggers  # models are not ready when apps are read

        post_migrate.connect(ensure_search_triggers, sender=self)
