from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    name = "maplebridge.conversations"

    def ready(self) -> None:
        from maplebridge.conversations import handlers  # noqa: F401 -- subscribe
