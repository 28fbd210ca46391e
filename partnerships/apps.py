from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PartnershipsConfig(AppConfig):
    """The ground floor: who."""

    name = "partnerships"
    verbose_name = "Partnerships and people"

    def ready(self) -> None:
        # Models are not ready when this file is read.
        from partnerships.cache_table import ensure_cache_table
        from partnerships.mail import register_accounts

        register_accounts()
        post_migrate.connect(ensure_cache_table, sender=self)
