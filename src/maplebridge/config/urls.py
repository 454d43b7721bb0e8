"""Every page of the product; the demo's are in `demo_urls`. Who may ask for a page is in its area's `permissions`."""

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
