from django.urls import URLPattern, path

from maplebridge.grading.views import (
    counts,
    method,
    methods,
    months,
    public,
    results,
    survey,
    warnings,
    what_if,
)

urlpatterns: list[URLPattern] = [
    # public: the map, without signing in
    path("safety/", public.safety_map, name="safety_map"),
    path("safety/embedded/", public.embedded, name="safety_embedded"),
    path("safety/method/", method.method, name="safety_method"),
    path("safety/method/<int:version>/", method.method, name="safety_method_version"),
    path("safety/areas/<str:code>/", public.area, name="safety_area"),
    path("safety/editions/<int:number>/", public.safety_map, name="safety_edition"),
    path("safety/editions/<int:number>/areas.geojson", public.shapes, name="safety_shapes"),
    path("safety/editions/<int:number>/data.<str:form>", public.data, name="safety_data"),
    # months: close, propose, comment, release, publish
    path("grading/", months.grading, name="grading"),
    path("grading/close/", months.close, name="grading_close"),
    path("grading/months/<int:month_id>/", months.month, name="grading_month"),
    path("grading/months/<int:month_id>/areas.geojson", months.month_shapes, name="grading_month_shapes"),
    path("grading/months/<int:month_id>/propose/", months.propose, name="grading_propose"),
    path("grading/months/<int:month_id>/take-back/", months.take_back, name="grading_take_back"),
    path("grading/months/<int:month_id>/review/", months.review, name="grading_review"),
    path("grading/months/<int:month_id>/publish/", months.publish, name="grading_publish"),
    path("grading/months/<int:month_id>/correction/", months.ask_correction, name="grading_ask_correction"),
    path("grading/months/<int:month_id>/correct/", months.correct, name="grading_correct"),
    path("grading/months/<int:month_id>/areas/<int:area_id>/", months.month_area, name="grading_month_area"),
    path("grading/comments/<int:comment_id>/answer/", months.answer_comment, name="grading_answer_comment"),
    # the town's own rules: versions of the method, indicators, and what others would make of a month
    path("grading/methods/", methods.methods, name="grading_methods"),
    path("grading/methods/new/", methods.new_method, name="grading_new_method"),
    path("grading/methods/<int:method_id>/", methods.method, name="grading_method"),
    path("grading/methods/<int:method_id>/confirm/", methods.confirm, name="grading_confirm_method"),
    path("grading/methods/<int:method_id>/withdraw/", methods.withdraw, name="grading_withdraw_method"),
    path("grading/indicators/new/", methods.new_indicator, name="grading_new_indicator"),
    path("grading/what-if/", what_if.what_if, name="what_if"),
    # counts: monthly numbers from a spreadsheet
    path("grading/counts/", counts.counts, name="grading_counts"),
    path("grading/counts/<int:file_id>/", counts.counts_file, name="grading_counts_file"),
    path("grading/counts/<int:file_id>/accept/", counts.accept_counts, name="grading_accept_counts"),
    path("grading/counts/<int:file_id>/drop/", counts.drop_counts, name="grading_drop_counts"),
    # survey: how safe residents feel
    path("survey/", survey.survey, name="survey"),
    path("survey/at/<str:code>/", survey.survey_at, name="survey_at"),
    path("survey/code/", survey.survey_by_link, name="survey_by_link"),
    path("survey/thanks/", survey.survey_thanks, name="survey_thanks"),
    path("survey/results/", results.results, name="survey_results"),
    path("survey/results/<int:round_id>/data.csv", results.export, name="survey_results_csv"),
    path("survey/interviews/", survey.interviews, name="interviews"),
    path("survey/interviews/<int:invitation_id>/", survey.interview, name="interview"),
    path("survey/interviews/<int:invitation_id>/call/", survey.note_call, name="interview_call"),
    # early warning: what is unusual
    path("warnings/", warnings.warnings, name="warnings"),
    path("warnings/<int:warning_id>/", warnings.warning, name="warning"),
    path("warnings/<int:warning_id>/decide/", warnings.decide, name="warning_decide"),
]
