from django.apps import AppConfig


class MattersConfig(AppConfig):
    name = "maplebridge.matters"

    def ready(self) -> None:
        from maplebridge.matters import handlers  # noqa: F401 -- subscribe
