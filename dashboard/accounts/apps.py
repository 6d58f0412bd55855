from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "dashboard.accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        from dashboard.accounts import activity  # noqa: F401  # listens to sign-ins
