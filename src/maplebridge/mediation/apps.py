from django.apps import AppConfig


class MediationConfig(AppConfig):
    name = "maplebridge.mediation"

    def ready(self) -> None:
        from maplebridge.mediation import handlers  # noqa: F401 -- subscribe
