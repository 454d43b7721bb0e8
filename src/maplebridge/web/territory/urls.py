from django.urls import path

from maplebridge.web.territory import drawing, page

urlpatterns = [
    path("", page.territory, name="territory"),
    path("base/", drawing.territory_base, name="territory_base"),
    path("layers/<slug:name>/", drawing.territory_layer, name="territory_layer"),
    path("pieces/<slug:name>/<int:id>/", page.territory_piece, name="territory_piece"),
]
