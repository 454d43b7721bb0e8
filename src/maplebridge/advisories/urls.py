from django.urls import URLPattern, path

from maplebridge.advisories.views import residents, staff, templates

urlpatterns: list[URLPattern] = [
    # staff: draft, release, see what came of it
    path("advisories/", staff.advisories, name="advisories"),
    path("advisories/new/", staff.new_advisory, name="new_advisory"),
    path("advisories/templates/", templates.templates, name="advisory_templates"),
    path("advisories/templates/new/", templates.new_template, name="new_advisory_template"),
    path("advisories/templates/<slug:code>/", templates.edit_template, name="advisory_template"),
    path("advisories/templates/<slug:code>/end/", templates.end_template, name="end_advisory_template"),
    path("advisories/<int:broadcast_id>/", staff.advisory, name="advisory"),
    path("advisories/<int:broadcast_id>/edit/", staff.edit_advisory, name="edit_advisory"),
    path("advisories/<int:broadcast_id>/ask/", staff.ask, name="ask_advisory"),
    path("advisories/<int:broadcast_id>/release/", staff.release, name="release_advisory"),
    path("advisories/<int:broadcast_id>/stop/", staff.stop, name="stop_advisory"),
    path("advisories/<int:broadcast_id>/effect/", staff.advisory_effect, name="advisory_effect"),
    # residents: what they were told
    path("reminders/", residents.reminders, name="reminders"),
    path("reminders/<int:broadcast_id>/", residents.reminder, name="reminder"),
    path("me/reminders/", residents.reminder_kinds, name="reminder_kinds"),
]
