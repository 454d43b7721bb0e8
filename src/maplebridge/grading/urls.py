from django.urls import URLPattern, path

from maplebridge.grading.views import public, survey

urlpatterns: list[URLPattern] = [
    # public: the map, without signing in
    path("safety/", public.safety_map, name="safety_map"),
    path("safety/embedded/", public.embedded, name="safety_embedded"),
    path("safety/method/", public.method, name="safety_method"),
    path("safety/areas/<str:code>/", public.area, name="safety_area"),
    path("safety/editions/<int:number>/", public.safety_map, name="safety_edition"),
    path("safety/editions/<int:number>/areas.geojson", public.shapes, name="safety_shapes"),
    path("safety/editions/<int:number>/data.<str:form>", public.data, name="safety_data"),
    # survey: how safe residents feel
    path("survey/", survey.survey, name="survey"),
    path("survey/at/<str:code>/", survey.survey_at, name="survey_at"),
    path("survey/code/", survey.survey_by_link, name="survey_by_link"),
    path("survey/thanks/", survey.survey_thanks, name="survey_thanks"),
    path("survey/interviews/", survey.interviews, name="interviews"),
    path("survey/interviews/<int:invitation_id>/", survey.interview, name="interview"),
    path("survey/interviews/<int:invitation_id>/call/", survey.note_call, name="interview_call"),
]
