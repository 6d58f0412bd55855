from django.apps import AppConfig


class IndexConfig(AppConfig):
    name = "dashboard.index"
    label = "index"
    verbose_name = "Index"
