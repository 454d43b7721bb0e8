"""The addresses of an installation that runs as a demo, for tests of what exists only there."""

from django.urls import include, path

from maplebridge.config.urls import urlpatterns as everywhere

urlpatterns = [*everywhere, path("demo/", include("maplebridge.demo.urls"))]
