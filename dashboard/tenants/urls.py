from django.urls import path

from dashboard.tenants import views

app_name = "tenants"
urlpatterns = [path("", views.choose, name="choose")]
