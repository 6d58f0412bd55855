from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "dashboard.accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        from dashboard.accounts import activity, factors  # noqa: F401  # they listen
