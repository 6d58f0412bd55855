"""The WSGI application; ``make run`` and ``make demo`` serve it with gunicorn."""

import logging
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
# Python's warnings are log lines too, in the format of the others.
logging.captureWarnings(True)
application = get_wsgi_application()
