from django.urls import URLPattern, URLResolver, path
from django.views.i18n import set_language

from maplebridge.people.permissions import anybody
from maplebridge.web import views

set_language.rule = anybody

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("live/", views.stream, name="live"),
    path("sw.js", views.service_worker, name="service_worker"),
    path("language/", set_language, name="set_language"),
]
