from django.urls import URLPattern, URLResolver, path
from django.views.i18n import set_language

from maplebridge.people.permissions import anybody
from maplebridge.web import exports, groups, hotline, imports, me, search, statistics, territory, today, views

set_language.rule = anybody

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("live/", views.stream, name="live"),
    path("sw.js", views.service_worker, name="service_worker"),
    path("offline/", views.offline, name="offline"),
    path("language/", set_language, name="set_language"),
    path("me/", me.me, name="me"),
    path("me/data.json", me.take_out, name="me_data"),
    path("me/sign-out-everywhere/", me.sign_out_everywhere, name="sign_out_everywhere"),
    path("me/erase/", me.erase, name="erase_me"),
    path("statistics/", statistics.statistics, name="statistics"),
    path("search/", search.search, name="search"),
    path("exports/<slug:list_name>/<slug:format>/", exports.export, name="export"),
    path("today/", today.today, name="today"),
    path("today/news/", today.today_news, name="today_news"),
    path("today/<int:matter_id>/answer/", today.answer, name="today_answer"),
    path("today/<int:matter_id>/hand-over/", today.hand_over, name="today_hand_over"),
    path("today/offers/<int:offer_id>/take-over/", today.take_over, name="today_take_over"),
    path("today/offers/<int:offer_id>/decline/", today.decline, name="today_decline"),
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
    path("imports/", imports.imports, name="imports"),
    path("imports/<int:import_id>/", imports.one_import, name="import"),
    path("imports/<int:import_id>/take-over/", imports.take_over, name="import_take_over"),
    path("imports/<int:import_id>/again/", imports.start_again, name="import_again"),
    path("imports/<int:import_id>/drop/", imports.drop, name="import_drop"),
    path("imports/files/<slug:sheet>/<slug:form>/", imports.export, name="export_territory"),
    path("map/", territory.territory, name="territory"),
    path("map/base/", territory.territory_base, name="territory_base"),
    path("map/layers/<slug:name>/", territory.territory_layer, name="territory_layer"),
    path("map/pieces/<slug:name>/<int:id>/", territory.territory_piece, name="territory_piece"),
    path("hotline/", hotline.orders, name="hotline"),
    path("hotline/results.csv", hotline.results, name="hotline_results"),
    path("hotline/<int:file_id>/", hotline.checked_file, name="hotline_file"),
    path("hotline/<int:file_id>/take-over/", hotline.take_over_file, name="hotline_take_over"),
    path("hotline/<int:file_id>/drop/", hotline.drop_file, name="hotline_drop"),
]
