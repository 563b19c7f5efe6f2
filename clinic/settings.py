"""Django settings: only what differs from Django's defaults, all of it from the environment (.env.example lists it)."""

import logging
from pathlib import Path

import django_stubs_ext
import environ

from clinic import headers, logs
from clinic.brokers import BROKERS, queue_options, transport_options
from clinic.databases import database
from clinic.env import (
    WEB,
    env_address,
    env_bool,
    env_choice,
    env_decimal,
    env_int,
    env_keys,
    env_list,
    env_networks,
    env_secret,
    env_sender,
    env_site,
    env_text,
    read_address,
)
from clinic.signing_in.config import *  # noqa: F403 (names in capitals only)
from clinic.signing_in.config import rate_limits

# Lets classes be written as ModelForm[Patient], which mypy --strict asks for.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env_text("VAR_DIR", str(BASE_DIR / "var")))

DEBUG = env_bool("DEBUG", default=False)
# A made-up installation: the banner, the outbox page, webhooks that may reach this machine, and no check for a gateway.
# It keeps no message back: that there is no gateway does.
DEMO = env_bool("DEMO", default=False)
SECRET_KEY = env_secret("SECRET_KEY", "only-for-development" if DEBUG else None)
# First key encrypts, all keys decrypt: put a new one in front to rotate.
FIELD_ENCRYPTION_KEYS = env_keys(
    "FIELD_ENCRYPTION_KEYS", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=" if DEBUG else None
)
# Locks copies of the database: the first key locks, all open.
BACKUP_KEYS = env_keys("BACKUP_KEYS", "")
# How old the newest copy may get before admins are told; 0 where the database's own means make the copies.
BACKUP_WITHIN_HOURS = env_int("BACKUP_WITHIN_HOURS", 48, least=0)
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")
# The address that goes into messages to patients.
BASE_URL = env_site("BASE_URL", "http://127.0.0.1:8000")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_filters",
    "django_htmx",
    "django_structlog",
    "phonenumber_field",
    "simple_history",
    "template_partials",
    "clinic",
    "patients",
    "treatments",
    "reminders",
    "interface",
    "privacy",
]

MIDDLEWARE = [
    "clinic.monitoring.middleware.MachinesFirst",
    "clinic.monitoring.middleware.CountRequests",
    "clinic.monitoring.middleware.LogRequests",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "clinic.headers.Headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # A page that forgets to ask for a log-in is closed, not open.
    "clinic.signing_in.middleware.SignInFirst",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "clinic.middleware.CurrentClinicMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "clinic.signing_in.middleware.StaySignedIn",
    "simple_history.middleware.HistoryRequestMiddleware",
    "clinic.pages_above.PagesAbove",
]

ROOT_URLCONF = "clinic.urls"
WSGI_APPLICATION = "clinic.wsgi.application"
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
                "clinic.context.frame",
            ],
        },
    },
]
FORM_RENDERER = "clinic.forms.Renderer"
INSTALLED_APPS.append("django.forms")
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

DATABASES = {
    "default": database(
        env_secret("DATABASE_URL", f"sqlite:///{VAR_DIR / 'clinic.sqlite3'}"),
        pooled=env_bool("PGBOUNCER", default=False),
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "clinic.User"
AUTHENTICATION_BACKENDS = ["clinic.authentication.StaffBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "clinic:home"
LOGOUT_REDIRECT_URL = "account_login"
# Admins, and everybody where a clinic says so, sign in with a second step. The demo does without.
SECOND_FACTOR = env_bool("SECOND_FACTOR", default=True)
# In the database, where nobody is kept from signing in because the broker is down; CACHE_URL names a Redis instead.
CACHE_URL = env_address("CACHE_URL", "", "redis://127.0.0.1:6379/1", ("redis", "rediss", "unix"))
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": CACHE_URL}
    if CACHE_URL
    else {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "clinic_cache",
        # Full, it throws a third out, counts of wrong passwords among it: 300, as Django has it, are made in a minute.
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    }
}
# In ten minutes. The staff of a hospital come from one address, and all at the beginning of the day.
ACCOUNT_RATE_LIMITS = rate_limits(log_ins=env_int("LOG_INS_PER_ADDRESS", 60))
MFA_RATE_LIMITS = {"webauthn_login": ACCOUNT_RATE_LIMITS["login"]}
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]

HTTPS = env_bool("HTTPS", default=True)
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
# The proxy's word is believed: on HTTPS, and on where a request comes from.
BEHIND_PROXY = env_bool("BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrftoken"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True  # no script reads them; forms carry the token
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"  # strict would log people out who follow a link in a mail
CSRF_FAILURE_VIEW = "clinic.views.open_too_long"
SESSION_ENGINE = "clinic.signing_in.sessions"
SESSION_COOKIE_AGE = 12 * 3600
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {"DIRECTIVES": headers.CONTENT}
# Who may ask /readyz and /metrics: neighbours by address, anybody by the secret.
MONITOR_ADDRESSES = env_networks("MONITOR_ADDRESSES", "127.0.0.1,::1")
MONITOR_TOKEN = env_secret("MONITOR_TOKEN", "")
# The largest file that may be uploaded: a referral list of 100,000 rows is about 20 MB.
UPLOAD_MAX_BYTES = env_int("UPLOAD_MAX_BYTES", 25_000_000, least=1_000_000, most=1_000_000_000)
FILE_UPLOAD_HANDLERS = ["clinic.uploading.NoFiles"]  # the page that takes a file says so

LANGUAGE_CODE = "en-gb"
# Patients' own pages speak more (patients.models.Patient.Language); staff pages are English.
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"  # instants are stored and reckoned in UTC; each clinic shows its own zone
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "clinic.static_files.StaticFiles"},
}
if DEBUG:
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}

PHONENUMBER_DB_FORMAT = "E164"
PHONENUMBER_DEFAULT_FORMAT = "INTERNATIONAL"

# Mail: an SMTP address such as smtp://user:password@host:587, else files that the outbox page shows.
OUTBOX_DIR = VAR_DIR / "outbox"
_email_url = env_secret("EMAIL_URL", "")
if _email_url:
    _like = "smtp+tls://user:password@host:587"
    vars().update(read_address("EMAIL_URL", _email_url, environ.Env.email_url_config, _like))
    if _email_url.startswith("smtp"):
        EMAIL_BACKEND = "reminders.channels.smtp.EmailBackend"
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = OUTBOX_DIR / "email"
EMAIL_TIMEOUT = env_int("EMAIL_TIMEOUT_SECONDS", 10, most=600)
# Mail through Mailgun instead: sent through its API where a key is set; its news of each letter is signed with the last.
_MAILGUN = "https://api.mailgun.net/v3"
ANYMAIL = {
    "MAILGUN_API_KEY": env_secret("MAILGUN_API_KEY", ""),
    "MAILGUN_API_URL": env_address("MAILGUN_API_URL", _MAILGUN, _MAILGUN, WEB),
    "MAILGUN_SENDER_DOMAIN": env_text("MAILGUN_SENDER_DOMAIN", ""),
    "MAILGUN_WEBHOOK_SIGNING_KEY": env_secret("MAILGUN_WEBHOOK_SIGNING_KEY", ""),
    "REQUESTS_TIMEOUT": EMAIL_TIMEOUT,
}
if ANYMAIL["MAILGUN_API_KEY"]:
    EMAIL_BACKEND = "reminders.channels.mailgun.EmailBackend"
DEFAULT_FROM_EMAIL = env_sender("DEFAULT_FROM_EMAIL", "clinic@clinic.example")

# Text messages: any gateway with Twilio's HTTP interface, else files that the outbox page shows; false for letters only.
SEND_TEXTS = env_bool("SEND_TEXTS", default=True)
SMS_GATEWAY_URL = env_address("SMS_GATEWAY_URL", "", "https://api.gateway.example", WEB).rstrip("/")
SMS_GATEWAY_ACCOUNT = env_text("SMS_GATEWAY_ACCOUNT", "")
SMS_GATEWAY_TOKEN = env_secret("SMS_GATEWAY_TOKEN", "")
SMS_FROM = env_text("SMS_FROM", "+447700900999")
# Whose inbox gets texts from numbers that nobody has: a clinic's short name, the first clinic where none is named.
SMS_CLINIC = env_text("SMS_CLINIC", "")
# What the gateway bills for one text, where staff are to see what messages cost: 0.04, in SMS_CURRENCY.
SMS_PRICE = env_decimal("SMS_PRICE")
SMS_CURRENCY = env_text("SMS_CURRENCY", "£")
SMS_TIMEOUT_SECONDS = env_int("SMS_TIMEOUT_SECONDS", 10, most=600)

# How long a worker may hold a claimed reminder before another may take it over.
REMINDER_LEASE_SECONDS = env_int("REMINDER_LEASE_SECONDS", 300, most=86_400)
# What happens to a message that may have arrived, where nothing can be asked: send it again, once, or leave it to a person.
_IN_DOUBT = ("send", "once", "person")
REMINDER_IN_DOUBT = {
    "email": env_choice("EMAIL_IN_DOUBT", "send", _IN_DOUBT),
    "sms": env_choice("SMS_IN_DOUBT", "once", _IN_DOUBT),
}
# How long a change can be undone before the patient hears of it.
UNDO_SECONDS = env_int("UNDO_SECONDS", 180, least=0, most=86_400)

CELERY_BROKER_URL = env_address("REDIS_URL", "redis://127.0.0.1:6379/0", "redis://:password@host:6379/0", BROKERS)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = "UTC"
CELERY_TASK_QUEUES = {"celery": queue_options(CELERY_BROKER_URL)}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_TRANSPORT_OPTIONS = transport_options(CELERY_BROKER_URL, VAR_DIR / "broker")
# A worker of which nothing was heard for four minutes counts as stopped.
REMINDER_TICK_SECONDS = env_int("REMINDER_TICK_SECONDS", 60, most=180)
CELERY_BEAT_SCHEDULER = "reminders.watching.beat:WitnessedScheduler"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
# A tick is only a wake-up: one that waited longer than a tick is worth nothing. Plain values, as the queues are: Celery
# makes its own of them, and pages do not load it.
CELERY_BEAT_SCHEDULE = {
    name: {"task": task, "schedule": seconds, "options": {"expires": seconds}}
    for name, task, seconds in (
        ("reminders", "reminders.tick", REMINDER_TICK_SECONDS),
        ("privacy", "privacy.forget", 3600),
        ("audit", "clinic.seal_audit", 60),
        ("webhooks", "interface.tick", REMINDER_TICK_SECONDS),
    )
}

LOGGING = logs.configuration(env_choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")))
logs.set_up()
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
# One line for an answer is enough, and a page that is not there is no alarm.
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
DJANGO_STRUCTLOG_STATUS_4XX_LOG_LEVEL = logging.INFO
