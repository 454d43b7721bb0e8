from django.apps import AppConfig


class PlatformConfig(AppConfig):
    name = "maplebridge.platform"
    label = "platform"
