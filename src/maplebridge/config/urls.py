"""Every page of the product. What an address may be asked by whom is in each area's `permissions`."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("maplebridge.web.urls")),
    path("", include("maplebridge.people.urls")),
    path("", include("maplebridge.conversations.urls")),
    path("", include("maplebridge.matters.urls")),
    path("", include("maplebridge.mediation.urls")),
    path("", include("maplebridge.advisories.urls")),
    path("", include("maplebridge.grading.urls")),
    path("", include("maplebridge.places.urls")),
    path("", include("maplebridge.rosters.urls")),
]
if settings.DEMO:
    urlpatterns.append(path("demo/", include("maplebridge.demo.urls")))
