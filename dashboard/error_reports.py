"""What Django's reports of an error tell, where somebody mails or shows them: no more than the log does."""

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.debug import ExceptionReporter

from dashboard.logs import told_of


class ErrorReporter(ExceptionReporter):
    """Kind and place of the error. Django's own report shows its text, every variable on its way, the request and the
    settings: patients, in short. With DEBUG, which only the demo allows, it stays what it is."""

    def get_traceback_text(self) -> str:  # type: ignore[override]  # the text of a mail, not of a page
        return super().get_traceback_text() if settings.DEBUG else self._told()

    def get_traceback_html(self) -> SafeString:
        return super().get_traceback_html() if settings.DEBUG else format_html("<pre>{}</pre>", self._told())

    def _told(self) -> str:
        # A mail about a log line without an exception has that line here, which is in the mail already.
        return told_of(self.exc_value) if isinstance(self.exc_value, BaseException) else ""
