from django.urls import path

from dashboard.members import views

app_name = "members"
urlpatterns = [
    path("", views.member_list, name="list"),
    path("edit/", views.edit, name="edit"),
]
