from django.urls import URLPattern, URLResolver, path
from django.views.i18n import set_language

from maplebridge.people.permissions import anybody
from maplebridge.web import groups, imports, me, territory, views

set_language.rule = anybody

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("live/", views.stream, name="live"),
    path("sw.js", views.service_worker, name="service_worker"),
    path("language/", set_language, name="set_language"),
    path("me/", me.me, name="me"),
    path("me/data.json", me.take_out, name="me_data"),
    path("me/sign-out-everywhere/", me.sign_out_everywhere, name="sign_out_everywhere"),
    path("me/erase/", me.erase, name="erase_me"),
    path("groups/", groups.groups, name="groups"),
    path("groups/<int:thread_id>/", groups.group, name="group"),
    path("groups/<int:thread_id>/say/", groups.say, name="group_say"),
    path("groups/<int:thread_id>/read/", groups.read, name="group_read"),
    path("groups/<int:thread_id>/leave/", groups.leave, name="group_leave"),
    path(
        "groups/<int:thread_id>/messages/<int:message_id>/take-back/",
        groups.take_back,
        name="group_take_back",
    ),
    path("groups/<int:thread_id>/photos/<int:photo_id>/<slug:size>/", groups.photo, name="group_photo"),
    path("map/", territory.territory, name="territory"),
    path("map/base/", territory.territory_base, name="territory_base"),
    path("map/layers/<slug:name>/", territory.territory_layer, name="territory_layer"),
    path("map/pieces/<slug:name>/<int:id>/", territory.territory_piece, name="territory_piece"),
    path("imports/", imports.imports, name="imports"),
    path("imports/<int:import_id>/", imports.one_import, name="import"),
    path("imports/<int:import_id>/take-over/", imports.take_over, name="import_take_over"),
    path("imports/<int:import_id>/again/", imports.start_again, name="import_again"),
    path("imports/<int:import_id>/drop/", imports.drop, name="import_drop"),
    path("imports/files/<slug:sheet>/<slug:form>/", imports.export, name="export_territory"),
]
