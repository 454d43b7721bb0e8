from django.urls import path

from maplebridge.web.administration import categories, hours, overview, record, routing, rules

urlpatterns = [
    path("", overview.administration, name="administration"),
    path("rules/", rules.rules, name="administration_rules"),
    path("rules/<slug:name>/", rules.rule, name="administration_rule"),
    path("routing/", routing.routing_rules, name="administration_routing"),
    path("routing/<int:rule_id>/end/", routing.end_routing_rule, name="administration_routing_end"),
    path("hours/", hours.hours, name="administration_hours"),
    path("days/", hours.special_days, name="administration_days"),
    path("categories/", categories.categories, name="administration_categories"),
    path("categories.csv", categories.categories_file, name="administration_categories_file"),
    path("categories/<slug:code>/", categories.category, name="administration_category"),
    path("record/", record.record, name="administration_record"),
    path("record/check/", record.check_record, name="administration_check_record"),
    path("record/progress/", record.check_progress, name="administration_check_progress"),
]
