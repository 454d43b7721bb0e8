"""The pages of an installation that runs as a demo: all of the product, and one tap to look at it as somebody."""

from django.urls import URLPattern, URLResolver, include, path

from maplebridge.config.urls import urlpatterns as everywhere

urlpatterns: list[URLPattern | URLResolver] = [
    *everywhere,
    path("demo/", include("maplebridge.demo.urls")),
]
