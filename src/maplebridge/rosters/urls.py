from django.urls import URLPattern, URLResolver, path

from maplebridge.rosters import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("duties/", views.duties, name="duties"),
    path("duties/add/", views.add, name="add_duty"),
    path("duties/copy/", views.copy_week, name="copy_week"),
    path("duties/<int:duty_id>/", views.duty, name="duty"),
    path("duties/<int:duty_id>/take-out/", views.take_out, name="take_out_duty"),
    path("duties/<int:duty_id>/swap/", views.swap, name="swap_duty"),
]
