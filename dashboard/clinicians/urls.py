from django.urls import path

from dashboard.clinicians import views

app_name = "clinicians"
urlpatterns = [
    path("", views.clinician_list, name="list"),
    path("edit/", views.edit, name="edit"),
    path("import/", views.import_csv, name="import"),
    path("export/", views.export_csv, name="export"),
]
