from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "maplebridge.people"

    def ready(self) -> None:
        from maplebridge.people import handlers  # noqa: F401 -- subscribe
