from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PlatformConfig(AppConfig):
    name = "maplebridge.platform"
    label = "platform"

    def ready(self) -> None:
        from maplebridge.platform.recording import never_passed_by  # not before the apps are there

        post_migrate.connect(never_passed_by, sender=self, dispatch_uid="record_never_passed_by")
