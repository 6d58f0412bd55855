from django.urls import path

from dashboard.patients import views

app_name = "patients"
urlpatterns = [
    path("", views.patient_list, name="list"),
    path("suggest/", views.suggest, name="suggest"),
    path("export/", views.export, name="export"),
    path("<str:sealed>/", views.patient, name="one"),
]
