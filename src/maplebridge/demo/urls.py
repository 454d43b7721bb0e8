from django.urls import URLPattern, URLResolver, path

from maplebridge.demo import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.roles, name="demo_roles"),
    path("roles/<int:person_id>/", views.enter, name="demo_enter"),
]
