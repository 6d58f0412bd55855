from django.urls import path

from dashboard.encounters import views
from dashboard.encounters.one import views as one
from dashboard.encounters.one.parts import PARTS
from dashboard.encounters.one.steps import Way

app_name = "encounters"
urlpatterns = [
    path("", views.encounter_list, name="list"),
    path("export/", views.export, name="export"),
    path("<uuid:key>/", one.encounter, name="one"),
    *(path(f"<uuid:key>/{way}/", one.step, {"way": way.value}, name=way.value) for way in Way),
    *(path(f"<uuid:key>/{part.name}/", one.part, {"kind": part}, name=part.name) for part in PARTS),
    path("<uuid:key>/recordings/<uuid:recording_key>", one.recording, name="recording"),
    path("<uuid:key>/headline/", one.headline, name="headline"),
    path("<uuid:key>/print/", one.printed, name="print"),
]
