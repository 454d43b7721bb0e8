from django.apps import AppConfig


class GradingConfig(AppConfig):
    name = "maplebridge.grading"

    def ready(self) -> None:
        from maplebridge.grading import handlers  # noqa: F401 -- subscribe
