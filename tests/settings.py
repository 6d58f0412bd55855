"""The dashboard's settings, untouched by the developer's own environment."""

import os
import tempfile

for name in [name for name in os.environ if name.startswith("CORTI_")]:
    del os.environ[name]
os.environ |= {"ENV_FILE": "", "SECRET_KEY": "a secret of the tests, of no use anywhere", "VAR_DIR": tempfile.mkdtemp()}
os.environ.pop("SECRET_KEY_FILE", None)

from dashboard.settings import *  # noqa: E402, F403
from dashboard.settings import LIMITS, STATIC_ROOT, STORAGES  # noqa: E402

STATIC_ROOT.mkdir(parents=True)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
# Tests ask faster than people, and some of them in a minute that does not pass; limits have tests of their own.
LIMITS = LIMITS | {"lists": 1_000_000}
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
