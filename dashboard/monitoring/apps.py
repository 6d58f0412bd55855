from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    name = "dashboard.monitoring"
    verbose_name = "Monitoring"

    def ready(self) -> None:
        from dashboard.monitoring import checks  # noqa: F401  # registers them
