from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    """The middle floor: what is known."""

    name = "evidence"
    verbose_name = "Evidence"
