from django.urls import path

from dashboard.encounters import views

app_name = "encounters"
urlpatterns = [
    path("", views.encounter_list, name="list"),
    path("export/", views.export, name="export"),
]
