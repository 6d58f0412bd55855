"""All settings, read top to bottom. Every variable is described in .env.example and docs/configuration.md."""

import os
import zoneinfo
from pathlib import Path

import django

from corti_gateway.config import TenantConfig
from dashboard import environment
from dashboard.accounts.oidc import OidcConfig
from dashboard.tenants.roles import Role

BASE_DIR = Path(__file__).resolve().parent.parent
env = environment.load(BASE_DIR)
VAR_DIR = environment.var_dir(env, BASE_DIR)

# --- Tenants -------------------------------------------------------------------------------------------------------
SANDBOX_URL: str = env.str("SANDBOX_URL", default="http://127.0.0.1:9100")
configured = environment.configured_tenants(os.environ)
# Without a tenant of its own the dashboard shows the sandbox: synthetic people, this machine only.
DEMO: bool = not configured
TENANTS: tuple[TenantConfig, ...] = configured or environment.sandbox_tenants(SANDBOX_URL)

# Encounters whose status is deleted are shown to admins, or to everybody who reads.
DELETED_FOR_EVERYBODY = (
    environment.one_of(env, "SHOW_DELETED_TO", ("admins", "everybody"), default="admins") == "everybody"
)

# --- Secrets and hosts ---------------------------------------------------------------------------------------------
DEBUG: bool = environment.flag(env, "DEBUG", default=False)
SECRET_KEY: str = env.str("SECRET_KEY", default="") or (environment.demo_secret(VAR_DIR) if DEMO else "")
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"] if DEMO else [])
HTTPS: bool = environment.flag(env, "HTTPS", default=not DEMO)
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
environment.require(len(SECRET_KEY) >= 32, "SECRET_KEY must be set to at least 32 random characters.")
environment.require(DEMO or not DEBUG, "DEBUG shows patient data in tracebacks: it cannot be on with real tenants.")
environment.require(bool(ALLOWED_HOSTS), "ALLOWED_HOSTS must name the host names of the dashboard, comma-separated.")
environment.require(
    not DEMO or set(ALLOWED_HOSTS) <= set(environment.LOOPBACK_HOSTS),
    "CORTI_TENANTS is not set, so the sandbox would be shown, but ALLOWED_HOSTS names a public host.",
)

# --- Applications --------------------------------------------------------------------------------------------------
# Django 6 has template partials and the content security policy built in.
DJANGO_6 = django.VERSION >= (6, 0)
INSTALLED_APPS = [
    # Before ours, which takes its tables out of the admin site again.
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.mfa",
    "dashboard.accounts",
    "dashboard.tenants",
    "dashboard.audit",
    "dashboard.members",
    "dashboard.clinicians",
    "dashboard.index",
    "dashboard.encounters",
    "dashboard.patients",
    "dashboard.monitoring",
    "dashboard.demo",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    *([] if DJANGO_6 else ["template_partials"]),
]
MIDDLEWARE = [
    "dashboard.request_id.identify",
    "dashboard.request_log.note",
    # Before those that may refuse a request, so that what they answer is private too.
    "dashboard.middleware.private",
    "django.middleware.csp.ContentSecurityPolicyMiddleware" if DJANGO_6 else "dashboard.middleware.content_policy",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "dashboard.middleware.RefuseOtherSites",
    "dashboard.middleware.KnownMethods",
    "dashboard.compression.compress",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "dashboard.accounts.uncounted.UncountedMiddleware",
    "dashboard.accounts.activity.activity",
    "dashboard.audit.middleware.AuditMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "dashboard.middleware.whole_page_sign_in",
    "dashboard.accounts.sharing.whole_page",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "dashboard.tenants.second_factor.SecondFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # The last: what the view changes and the entry that tells of it are one transaction.
    "dashboard.audit.together.BeginMiddleware",
]
ROOT_URLCONF = "dashboard.urls"
WSGI_APPLICATION = "dashboard.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "dashboard.context.shell",
                "dashboard.accounts.sharing.shell",
            ],
            "builtins": [] if DJANGO_6 else ["template_partials.templatetags.partials"],
        },
    },
    # For what is repeated hundreds of times on a page (*.jinja): rendered with using="jinja2", as both see the folder.
    {"BACKEND": "django.template.backends.jinja2.Jinja2", "DIRS": [BASE_DIR / "templates"]},
]

# --- Database and cache --------------------------------------------------------------------------------------------
SQLITE = f"sqlite:///{VAR_DIR / 'dashboard.sqlite3'}"
DATABASES = {"default": environment.service(env.db_url, "DATABASE_URL", default=SQLITE, needs="ENGINE")}
DATABASES["default"]["CONN_MAX_AGE"] = 60
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["CONN_MAX_AGE"] = None
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # What is deleted is overwritten: the index holds patients, and forgets those that are gone.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON;",
    }
    # The access log has a file of its own: the index's writers do not hold it up, and each entry is written through to
    # the disk before a page leaves, which the index, that can be filled anew, need not pay for.
    DATABASES["audit"] = DATABASES["default"] | {
        "NAME": str(Path(DATABASES["default"]["NAME"]).with_name("audit.sqlite3")),
        "OPTIONS": DATABASES["default"]["OPTIONS"]
        | {"init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"},
    }
    for one in DATABASES.values():
        environment.private_file(Path(one["NAME"]))
DATABASE_ROUTERS = ["dashboard.audit.routing.Router"]
# A page that cannot be logged is not shown; entries are kept for so many years.
AUDIT_REQUIRED: bool = environment.flag(env, "AUDIT_REQUIRED", default=True)
AUDIT_KEEP_YEARS: int = environment.whole(env, "AUDIT_KEEP_YEARS", default=6, most=100)
# Totals may be forgotten. The limits of the sign-in hold across processes: without Redis they are in the database.
TOTALS = environment.service(env.cache_url, "CACHE_URL", default="locmemcache://", needs="BACKEND")
SHARED = {
    "BACKEND": "django.core.cache.backends.db.DatabaseCache",
    "LOCATION": "shared_cache",
    "OPTIONS": {"MAX_ENTRIES": 100_000},
}
IS_REDIS = "redis" in TOTALS["BACKEND"].lower()
if IS_REDIS:
    # Seconds: one that hangs is as good as gone.
    TOTALS["OPTIONS"] = {"socket_connect_timeout": 1, "socket_timeout": 1} | TOTALS.get("OPTIONS", {})
CACHES = {"default": TOTALS if IS_REDIS else SHARED, "totals": TOTALS}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Sign-in and sessions ------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["dashboard.accounts.backends.Accounts"]
SESSION_ENGINE = "dashboard.accounts.sessions"
# Passwords that were set before Argon2 are verified by the second, and kept by the first from the next sign-in on.
PASSWORD_HASHERS = ["dashboard.accounts.passwords.Argon2", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "dashboard.accounts.passwords.WordsOfThisPlace"},
]
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "tenants:choose"
LOGOUT_REDIRECT_URL = "accounts:signed-out"
# Nobody signs up, and nothing is mailed: an administrator makes accounts, or the OpenID provider vouches for them.
ACCOUNT_ADAPTER = "dashboard.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_UNIQUE_EMAIL = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_FORMS = {"login": "dashboard.accounts.forms.SignInForm"}
# Failed sign-ins per address, per account and address, and per account from anywhere new (AccountAdapter); a whole ward
# may share one address. Ways to the provider and back: a whole hospital may share one, and each idle end leads there.
ACCOUNT_RATE_LIMITS = {
    "login": "120/m/ip",
    "provider": "1200/m/ip",
    "provider_callback": "1200/m/ip",
    "login_failed": "20/m/ip,5/5m/key",
    # More than one address may try, which is 60.
    "login_failed_anywhere": "150/h/key",
}
# Without activity a session ends after the minutes, and at the latest after the hours (accounts/sessions.py).
SESSION_IDLE_MINUTES: float = environment.whole(env, "SESSION_IDLE_MINUTES", default=15, least=3, most=12 * 60)
SESSION_HOURS: float = environment.whole(env, "SESSION_HOURS", default=12, least=1, most=24)
# An OpenID provider, if there is one (docs/sign-in.md). Its sign-in may be no older than an idle session.
OIDC: OidcConfig | None = environment.provider(
    os.environ, [tenant.slug for tenant in TENANTS], [*Role], max_age=int(SESSION_IDLE_MINUTES * 60)
)
SOCIALACCOUNT_ADAPTER = "dashboard.tenants.provided.ProviderAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5
# Roles whose members need a second factor, unless the provider signed them in.
MFA_REQUIRED: tuple[str, ...] = environment.words(env, "MFA_REQUIRED", [*Role], default=[] if DEMO else [*Role])
MFA_ADAPTER = "dashboard.accounts.adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "Reading room"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
# The __Host- prefix binds a cookie to this very host, which browsers allow over HTTPS only.
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True

# --- The browser's side of security --------------------------------------------------------------------------------
SECURE_CSP: dict[str, list[str]] = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'"],
    "media-src": ["'self'"],
    "connect-src": ["'self'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
    "base-uri": ["'none'"],
    "object-src": ["'none'"],
}
# Not no-referrer: under it browsers send "Origin: null" with every form, and CSRF protection refuses them all.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
SECURE_SSL_REDIRECT = HTTPS
# Asked from beside the dashboard, behind the proxy that ends TLS.
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
BEHIND_PROXY: bool = environment.flag(env, "BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # The address that limits count by is the one that the proxy adds at the end of X-Forwarded-For.
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
DATA_UPLOAD_MAX_MEMORY_SIZE = 100_000

# How often one user may ask for what costs much, a minute (limits.py).
LIMITS = {
    "lists": environment.whole(env, "LIMIT_LISTS", default=600),
    "suggestions": environment.whole(env, "LIMIT_SUGGESTIONS", default=240),
    "counts": environment.whole(env, "LIMIT_COUNTS", default=30),
    "files": environment.whole(env, "LIMIT_FILES", default=20),
    "contents": environment.whole(env, "LIMIT_CONTENTS", default=900),
}

# --- Static files --------------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(VAR_DIR / "static")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "dashboard.staticfiles.OneStylesheetStorage"
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# --- Words, numbers and times --------------------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"
# Shown until the browser has said its own zone, or the user has chosen one.
DISPLAY_TIME_ZONE: str = environment.one_of(env, "DISPLAY_TIME_ZONE", zoneinfo.available_timezones(), default="UTC")

# --- Web server: gunicorn.conf.py reads the same ---------------------------------------------------------------------
WEB_WORKERS: int = environment.web_workers(env)

# --- Logs: no address lines, no query strings, no values ------------------------------------------------------------
LOG_LEVEL: str = environment.one_of(env, "LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), default="INFO")
# Who may read /metrics; without it nothing is measured and there is no such page.
METRICS_TOKEN: str = env.str("METRICS_TOKEN", default="")
environment.require(len(METRICS_TOKEN) not in range(1, 16), "METRICS_TOKEN must have at least 16 characters.")
LOG_FORMAT: str = environment.log_format(env, demo=DEMO)
DEFAULT_EXCEPTION_REPORTER = "dashboard.error_reports.ErrorReporter"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {name: {"()": path} for name, path in environment.LOG_FORMATS.items()},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        "django.server": {"handlers": [], "propagate": False},
        "urllib3": {"level": "ERROR"},
        # Heads of the access log, which are to be kept elsewhere (docs/audit.md).
        "dashboard.audit.heads": {"level": "INFO"},
    },
}
