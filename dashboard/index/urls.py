from django.urls import path

from dashboard.index import views

app_name = "index"
urlpatterns = [
    path("", views.status, name="status"),
    path("verify/", views.verify, name="verify"),
    path("rebuild/", views.rebuild, name="rebuild"),
]
