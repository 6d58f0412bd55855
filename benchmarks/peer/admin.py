"""A change list of interactions with the columns of the dashboard's list and a filter by status."""

from django.contrib import admin

from dashboard.index.models import IndexedInteraction


@admin.register(IndexedInteraction)
class InteractionAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Fifty rows, newest first."""

    list_display = (
        "status", "name", "gender", "birth", "title", "type", "started", "duration", "assigned", "encounter",
    )  # fmt: skip
    list_filter = ("status", "type")
    list_select_related = ("title",)
    ordering = ("-created",)
    list_per_page = 50
