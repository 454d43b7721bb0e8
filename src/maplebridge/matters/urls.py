from django.urls import URLPattern, path

from maplebridge.matters.views import deferred, handling, lists, oversight, page, resident

urlpatterns: list[URLPattern] = [
    # resident: report, and what became of it
    path("report/", resident.raise_form, name="raise"),
    path("report/similar/", resident.similar, name="similar"),
    path("report/similar/<str:token>/photo/", resident.similar_photo, name="similar_photo"),
    path("my-matters/", resident.my_matters, name="my_matters"),
    # page: a matter
    path("matters/<int:matter_id>/", page.matter, name="matter"),
    path("matters/<int:matter_id>/photos/<int:photo_id>/<slug:size>/", page.photo, name="matter_photo"),
    path("matters/<int:matter_id>/reveal/", page.reveal, name="matter_reveal"),
    # handling: what is done to a matter
    path("matters/<int:matter_id>/people/", handling.candidates, name="matter_people"),
    path("matters/<int:matter_id>/categories/", handling.categories, name="matter_categories"),
    path("matters/<int:matter_id>/do/<slug:name>/", handling.deed, name="matter_deed"),
    # lists: where a day begins
    path("inbox/", lists.agency_inbox, name="agency_inbox"),
    path("inbox/<int:call_out_id>/accept/", lists.accept_order, name="inbox_accept"),
    path("inbox/<int:call_out_id>/return/", lists.refuse_order, name="inbox_refuse"),
    path("inbox/<int:call_out_id>/done/", lists.order_done, name="inbox_done"),
    path("sorting/", lists.sorting, name="sorting"),
    path("sorting/matters/<int:matter_id>/", lists.sort, name="sorting_sort"),
    path("sorting/matters/<int:matter_id>/find/", lists.sorting_find, name="sorting_find"),
    path("sorting/messages/<int:sorting_id>/raise/", lists.raise_sorting, name="sorting_raise"),
    path("sorting/messages/<int:sorting_id>/leave/", lists.leave_as_talk, name="sorting_leave"),
    path("confidential/", lists.confidential, name="confidential"),
    path("oversight/", oversight.oversight, name="oversight"),
    path("oversight/emergencies/", oversight.emergencies, name="oversight_emergencies"),
    path("oversight/<int:matter_id>/chase/", oversight.chase, name="oversight_chase"),
    path("deferred/", deferred.deferred, name="deferred"),
    path("messages/<int:message_id>/raise/", handling.raise_message, name="raise_message"),
]
