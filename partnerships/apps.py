from django.apps import AppConfig


class PartnershipsConfig(AppConfig):
    """The ground floor: who."""

    name = "partnerships"
    verbose_name = "Partnerships and people"
