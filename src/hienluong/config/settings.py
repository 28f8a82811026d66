"""Reads the settings from the environment and from the installation's own files; every one is in docs/operate/settings.md."""

from __future__ import annotations

import os
from datetime import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from hienluong.config.installation import (
    DEFAULT_PORT,
    Installation,
    default_data_dir,
    new_ledger_key,
    new_push_key,
    new_receipt_key,
)

PACKAGE = Path(__file__).resolve().parent.parent
DATA_DIR = Path(os.environ.get("HIENLUONG_DATA_DIR") or default_data_dir())
INSTALLATION = Installation.load(DATA_DIR) if (DATA_DIR / "installation.json").exists() else None
DEMONSTRATION = INSTALLATION is not None and INSTALLATION.kind == "demonstration"
TESTING = os.environ.get("HIENLUONG_TESTING") == "1"


def _number(name: str, default: int) -> int:
    return int(os.environ.get(name) or default)


def _names(name: str) -> list[str]:
    return [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()]


def _secret(name: str) -> str:
    if TESTING:
        return f"only-for-tests-{name}"
    return INSTALLATION.secret(name) if INSTALLATION else ""


def _database(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    host, port = query.pop("host", ""), query.pop("port", "")
    return {
        "ENGINE": "hienluong.config.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host or unquote(parts.hostname or ""),
        "PORT": port or str(parts.port or ""),
        "CONN_MAX_AGE": None,  # one connection per server thread, kept; lost ones are replaced by the health check
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "application_name": "hienluong",
            **query,  # what libpq takes besides: sslmode, sslrootcert, connect_timeout …
            # Parameters travel apart from the statement, and one that comes for the fifth time is planned no more:
            # a tenth of what accepting a packet costs. A pooler must therefore pool sessions.
            "server_side_binding": True,
            "prepare_threshold": 5,
        },
    }


SECRET_KEY = _secret("django-secret-key") or "no-installation-yet"
DEBUG = False
DATABASES = {
    "default": _database(
        os.environ.get("HIENLUONG_DATABASE_URL")
        or (INSTALLATION.database_url() if INSTALLATION else "postgresql:///hienluong")
    )
}
# Lockouts and rate limits are counted here: all web processes must count together. A test run is one process.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    if TESTING
    else {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "hienluong_cache",
        # Django forgets others' rows from 300 on: strangers' rate counters would push out lockouts.
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The addresses this server answers to; behind a proxy, the province's own names are added.
PORT = _number("HIENLUONG_PORT", INSTALLATION.port if INSTALLATION else DEFAULT_PORT)
PUBLIC_URL = os.environ.get("HIENLUONG_PUBLIC_URL", f"http://127.0.0.1:{PORT}").rstrip("/")
ALLOWED_HOSTS = [
    "127.0.0.1",
    "localhost",
    "[::1]",
    urlsplit(PUBLIC_URL).hostname or "",
    *_names("HIENLUONG_HOSTS"),
]
HTTPS = PUBLIC_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if HTTPS else []
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000

INSTALLED_APPS = [
    "hienluong.portal",  # first: its templates replace those of libraries
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.idp.oidc",
    "procrastinate.contrib.django",
    "django_cotton",
    "ninja",  # for its own copy of the API page's script: nothing loads from elsewhere
    "hienluong.ledger",
    "hienluong.jobs",
    "hienluong.files",
    "hienluong.notices",
    "hienluong.directory",
    "hienluong.recipients",
    "hienluong.reasons",
    "hienluong.staff",
    "hienluong.identity",
    "hienluong.systems",
    "hienluong.access",
    "hienluong.signing",
    "hienluong.imports",
    "hienluong.exchange",
    "hienluong.mailbox",
    "hienluong.composing",
    "hienluong.corrections",
    "hienluong.deadlines",
    "hienluong.sandbox",
    "hienluong.webhooks",
    "hienluong.monitoring",
    "hienluong.takeover",
    "hienluong.copies",
    "hienluong.issuing",
    "hienluong.antivirus",
    "hienluong.retention",
    "hienluong.evidence",
    "hienluong.config",
]

# Pages pass through all of these; `api_shortcut` takes /api/ past the page layers, which cost more CPU than the insert itself.
MIDDLEWARE = [
    "hienluong.monitoring.middleware.count_requests",
    "hienluong.config.middleware.security_headers",
    "hienluong.identity.middleware.few_refusals",
    "hienluong.config.middleware.api_shortcut",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "hienluong.directory.middleware.acting_post",
    "hienluong.identity.middleware.sign_in_rules",
    "hienluong.config.middleware.error_pages",
]
ROOT_URLCONF = "hienluong.config.urls"
WSGI_APPLICATION = "hienluong.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": False,
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": [
                "django_cotton.templatetags.cotton",
                "django.templatetags.i18n",
                "hienluong.portal.templatetags.portal",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "hienluong.portal.context.page",
            ],
        },
    }
]
COTTON_DIR = "cotton"

# Sign-in
AUTH_USER_MODEL = "directory.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_ADAPTER = "hienluong.identity.accounts.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
# How many proxies of the province's own stand in front: the sign-in limits count the address before them.
ALLAUTH_TRUSTED_PROXY_COUNT = _number("HIENLUONG_TRUSTED_PROXIES", 0)
SIGN_INS_PER_MINUTE = _number(
    "HIENLUONG_SIGN_INS_PER_MINUTE", 300
)  # per address: agencies share one behind a proxy
ACCOUNT_RATE_LIMITS = {"login": f"{SIGN_INS_PER_MINUTE}/m/ip", "login_failed": "60/m/ip,5/5m/key"}
# Who acts only after signing in with a second factor; their accounts must have one. Empty: nobody.
SECOND_FACTOR_ROLES = (
    _names("HIENLUONG_SECOND_FACTOR_ROLES")
    if "HIENLUONG_SECOND_FACTOR_ROLES" in os.environ
    else ["administrator", "operator"]
)
SECOND_FACTOR_KEY = _secret("second-factor-key")
MFA_ADAPTER = "hienluong.identity.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses come from administrators; nobody signs up
MFA_TOTP_ISSUER = "Hiền Lương"
MFA_TOTP_TOLERANCE = 1  # a telephone's clock may be half a minute off
MFA_RATE_LIMITS = {"webauthn_login": f"{SIGN_INS_PER_MINUTE}/m/ip"}
MFA_FORMS = {
    "authenticate": "hienluong.identity.forms.CodeForm",
    "reauthenticate": "hienluong.identity.forms.ConfirmCodeForm",
    "activate_totp": "hienluong.identity.forms.ActivateAppForm",
    "add_webauthn": "hienluong.identity.forms.AddPasskeyForm",
}
ACCOUNT_FORMS = {"reauthenticate": "hienluong.identity.forms.ConfirmPasswordForm"}
PASSWORD_RESET_TIMEOUT = 1800
# Sign-in with accounts of elsewhere (VNeID, the province's own): a secret file, docs/operate/sign-in.md.
SIGN_IN_PROVIDERS = INSTALLATION.json_secret("sign-in-providers.json", []) if INSTALLATION else []
SOCIALACCOUNT_ADAPTER = "hienluong.identity.providers.ProviderAdapter"
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {
    "openid_connect": {"APPS": []}
}  # read from SIGN_IN_PROVIDERS by the adapter
# Single sign-on of agencies' systems with the accounts here.
IDP_OIDC_ADAPTER = "hienluong.identity.sign_on.SignOnAdapter"
IDP_OIDC_PRIVATE_KEYS = (
    [
        {"pem": INSTALLATION.secret(name), "issued_at": f"2026-01-0{place}T00:00:00+00:00"}
        for place, name in ((1, "sign-on-key.former"), (2, "sign-on-key"))
        if INSTALLATION.has_secret(name)
    ]
    if INSTALLATION
    else []
)
IDP_OIDC_ACCESS_TOKEN_EXPIRES_IN = 3600
IDP_OIDC_RATE_LIMITS = False
# Accounts and rights: after how many days without use an account is closed, and how many before that it is warned;
# whether a review opens by itself each quarter, and how many working days agencies have for it.
IDLE_ACCOUNT_DAYS = _number("HIENLUONG_IDLE_ACCOUNT_DAYS", 45)
IDLE_WARNING_DAYS = _number("HIENLUONG_IDLE_WARNING_DAYS", 7)
REVIEW_OPENS = os.environ.get("HIENLUONG_REVIEW_OPENS", "1") == "1"
REVIEW_WORKING_DAYS = _number("HIENLUONG_REVIEW_WORKING_DAYS", 10)
# How many days a system's former secret stays good beside its new one, unless the administrator says otherwise.
SECRET_OVERLAP_DAYS = _number("HIENLUONG_SECRET_OVERLAP_DAYS", 7)
# After how many days what test agencies sent each other is deleted.
SANDBOX_KEEP_DAYS = _number("HIENLUONG_SANDBOX_KEEP_DAYS", 30)
SESSION_COOKIE_NAME = "hienluong_session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "hienluong.portal.pages.form_expired"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"

# Languages: Vietnamese first, English complete. The zone is the law's (QĐ 28/2018, art. 14.4).
LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "hienluong_language"
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Ho_Chi_Minh"
FORMAT_MODULE_PATH = "hienluong.config.formats"

STATIC_URL = "/static/"
STATIC_ROOT = Path(
    os.environ.get("HIENLUONG_STATIC_ROOT") or PACKAGE / "portal" / "static" / "portal" / "built"
)
STATICFILES_DIRS: list[Path] = []
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "hienluong.portal.assets.BuiltAssets"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_IMMUTABLE_FILE_TEST = (
    r"^/static/[\w-]+\.[0-9a-f]{12}\.[a-z0-9]+$"  # the names that the front-end build gives
)

# Mail: a real server by configuration; without one, notices stay in the product.
EMAIL_HOST = os.environ.get("HIENLUONG_MAIL_HOST", "")
EMAIL_PORT = _number("HIENLUONG_MAIL_PORT", 25)
EMAIL_HOST_USER = os.environ.get("HIENLUONG_MAIL_USER", "")
EMAIL_HOST_PASSWORD = (
    _secret("mail-password") if INSTALLATION and INSTALLATION.has_secret("mail-password") else ""
)
EMAIL_USE_TLS = os.environ.get("HIENLUONG_MAIL_TLS", "1") == "1"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = os.environ.get("HIENLUONG_MAIL_FROM", "hienluong@localhost")

# Messages to browsers (web push) go through the services that browsers name; only these, and what is below them, are called.
PUSH_KEY = new_push_key() if TESTING else _secret("push-key")
PUSH_SERVICES = _names("HIENLUONG_PUSH_SERVICES") or [
    "fcm.googleapis.com",
    "push.services.mozilla.com",
    "notify.windows.com",
    "push.apple.com",
]
PUSH_ALLOWED_NETWORKS = _names("HIENLUONG_PUSH_NETWORKS")
PUSH_PORTS = [int(port) for port in _names("HIENLUONG_PUSH_PORTS")] or [443]
PUSH_CA_FILE = os.environ.get("HIENLUONG_PUSH_CA_FILE", "")  # authorities beside the public ones
PUSH_CONTACT = (
    os.environ.get("HIENLUONG_PUSH_CONTACT") or DEFAULT_FROM_EMAIL
)  # whom a push service may write to

# Deadlines. No law says how many minutes "at once" is, nor whether the night counts: the province does.
AT_ONCE_MINUTES = _number("HIENLUONG_AT_ONCE_MINUTES", 30)
AT_ONCE_AT_NIGHT = (
    [int(degree) for degree in _names("HIENLUONG_AT_ONCE_AT_NIGHT")]
    if "HIENLUONG_AT_ONCE_AT_NIGHT" in os.environ
    else [3, 4]
)
REMINDER_TIME = time.fromisoformat(os.environ.get("HIENLUONG_REMINDER_TIME") or "10:30")

# Files
FILES_ROOT = Path(os.environ.get("HIENLUONG_FILES_DIR") or DATA_DIR / "files")
MASTER_KEY_FILE = DATA_DIR / "secrets" / "master-key"
# The limits below (bytes of a packet, of an attachment, number) are checked while reading.
DATA_UPLOAD_MAX_MEMORY_SIZE = DATA_UPLOAD_MAX_NUMBER_FILES = None
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "hienluong.config.uploads.BoundedUploads",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# Long polling: how long a request may wait, and how many may wait in one web process; each holds a thread of its own.
LONG_POLL_SECONDS = _number("HIENLUONG_LONG_POLL_SECONDS", 30)
LONG_POLL_PLACES = _number("HIENLUONG_LONG_POLL_PLACES", 12)
# Several packets in one answer: at most so many bytes together, or one packet that is larger.
BATCH_MAX_BYTES = _number("HIENLUONG_BATCH_MAX_BYTES", 8 * 1024 * 1024)

# Receipts are signed with this key; the public halves of former ones stay published.
RECEIPT_KEY = INSTALLATION.secret("receipt-key") if INSTALLATION and not TESTING else new_receipt_key()
RECEIPT_FORMER_KEYS = INSTALLATION.json_secret("receipt-keys.former", []) if INSTALLATION else []

# The ledger's checkpoints are signed with this key. Its origin: the setting, else that of the last one, else the public address.
LEDGER_KEY = INSTALLATION.secret("ledger-key") if INSTALLATION and not TESTING else new_ledger_key()
LEDGER_ORIGIN = os.environ.get("HIENLUONG_LEDGER_ORIGIN", "")
# Evidence. A look at somebody's data is an entry; the same person looking again within so long is still looking.
LOOK_MINUTES = _number("HIENLUONG_LOOK_MINUTES", 60)
LISTED_LOOK_HOURS = _number("HIENLUONG_LISTED_LOOK_HOURS", 24)
# Keys in a module (PKCS#11, as URIs), and where those lie that were made when the key was changed.
LEDGER_KEY_URIS = os.environ.get("HIENLUONG_LEDGER_KEY_URIS", "").split()
LEDGER_KEY_DIR = INSTALLATION.secrets if INSTALLATION and not TESTING else None
# We as a witness of other logs: our name and key.
WITNESS_NAME = os.environ.get("HIENLUONG_WITNESS_NAME", "")
WITNESS_KEY = INSTALLATION.secret("witness-key") if INSTALLATION and not TESTING else new_ledger_key()
WITNESS_KEY_URI = os.environ.get("HIENLUONG_WITNESS_KEY_URI", "")
# Our own witnesses are asked for each new checkpoint, at most so often.
WITNESS_EVERY_SECONDS = _number("HIENLUONG_WITNESS_EVERY_SECONDS", 30)
# The authority for time-stamps (RFC 3161) and the certificates that its own must lead to; none unless both are named.
TSA_URL = os.environ.get("HIENLUONG_TSA_URL", "")
TSA_CA_FILE = os.environ.get("HIENLUONG_TSA_CA_FILE", "")
# Where witnesses and the authority may stand beside public addresses on the usual ports, and whose certificates are believed.
LEDGER_ALLOWED_NETWORKS = _names("HIENLUONG_LEDGER_NETWORKS")
LEDGER_PORTS = [int(port) for port in _names("HIENLUONG_LEDGER_PORTS")] or [80, 443, 8080, 8443]
LEDGER_CA_FILE = os.environ.get("HIENLUONG_LEDGER_CA_FILE", "")

# Signatures: a demonstration's own authority on this machine; where authorities may stand beside public addresses; limits; sizes.
DEMO_AUTHORITY_PORT = _number("HIENLUONG_DEMO_AUTHORITY_PORT", 8018)
SIGNING_NETWORKS = _names("HIENLUONG_SIGNING_NETWORKS")
SIGNING_MAX_BYTES = _number("HIENLUONG_SIGNING_MAX_BYTES", 50 * 1024 * 1024)
SIGNING_LEVEL = os.environ.get("HIENLUONG_SIGNING_LEVEL", "")
SIGNING_RENEW_DAYS = _number("HIENLUONG_SIGNING_RENEW_DAYS", 90)
SIGNING_SIZES = os.environ.get("HIENLUONG_SIGNING_SIZES", "40x20 36x36 15x8")
SIGNING_ALARM_DAYS = [int(days) for days in _names("HIENLUONG_SIGNING_ALARM_DAYS") or ("60", "30", "7")]
SIGNING_DEVICE_URL = os.environ.get("HIENLUONG_SIGNING_DEVICE_URL", "http://127.0.0.1:8987").rstrip("/")
SIGNING_KEYS_FILE = os.environ.get("HIENLUONG_SIGNING_KEYS_FILE") or str(DATA_DIR / "signing-keys.toml")

# Webhooks: messages to agencies' systems at addresses of their own.
WEBHOOK_KEY = _secret("webhook-key")
# Networks and ports that may be called beside public addresses on the usual ports.
WEBHOOK_ALLOWED_NETWORKS = _names("HIENLUONG_WEBHOOK_NETWORKS")
WEBHOOK_PORTS = [int(port) for port in _names("HIENLUONG_WEBHOOK_PORTS")] or [443, 8443]
WEBHOOK_CA_FILE = os.environ.get("HIENLUONG_WEBHOOK_CA_FILE", "")  # authorities beside the public ones
WEBHOOK_RATE_PER_SECOND = _number("HIENLUONG_WEBHOOK_RATE_PER_SECOND", 10)
# A message is tried again, and a webhook that fails is kept on, for so many hours.
WEBHOOK_GIVE_UP_HOURS = _number("HIENLUONG_WEBHOOK_GIVE_UP_HOURS", 72)
WEBHOOK_LOG_DAYS = _number("HIENLUONG_WEBHOOK_LOG_DAYS", 30)

# Monitoring. Systems (by their id) that may watch and act for the operators through the API; nobody unless named.
OPERATOR_SYSTEMS = _names("HIENLUONG_OPERATOR_SYSTEMS")
# Metrics for Prometheus: off unless the file with their token exists; per recipient of the province only when asked for.
METRICS_TOKEN_FILE = Path(
    os.environ.get("HIENLUONG_METRICS_TOKEN_FILE") or DATA_DIR / "secrets" / "metrics-token"
)
METRICS_BY_RECIPIENT = os.environ.get("HIENLUONG_METRICS_BY_RECIPIENT", "0") == "1"
# Samples of the disks are kept for so many days.
DISK_SAMPLE_DAYS = _number("HIENLUONG_DISK_SAMPLE_DAYS", 90)
# Limits of the alarms, until an operator sets others on the page.
ALARM_WAITING_MINUTES = _number("HIENLUONG_ALARM_WAITING_MINUTES", 30)
ALARM_DEAD_LETTERS = _number("HIENLUONG_ALARM_DEAD_LETTERS", 0)
ALARM_FAILURE_PERCENT = _number("HIENLUONG_ALARM_FAILURE_PERCENT", 10)
ALARM_DISK_DAYS = _number("HIENLUONG_ALARM_DISK_DAYS", 30)
ALARM_DISK_FREE_PERCENT = _number("HIENLUONG_ALARM_DISK_FREE_PERCENT", 10)
ALARM_WORKER_MINUTES = _number("HIENLUONG_ALARM_WORKER_MINUTES", 3)
ALARM_LEDGER_MINUTES = _number("HIENLUONG_ALARM_LEDGER_MINUTES", 5)
ALARM_LEDGER_FAULTS = _number("HIENLUONG_ALARM_LEDGER_FAULTS", 0)
ALARM_WITNESSES_MINUTES = _number("HIENLUONG_ALARM_WITNESSES_MINUTES", 15)
ALARM_TIMESTAMPS_HOURS = _number("HIENLUONG_ALARM_TIMESTAMPS_HOURS", 3)
ALARM_CONTRADICTIONS = _number("HIENLUONG_ALARM_CONTRADICTIONS", 0)
ALARM_BACKUP_HOURS = _number("HIENLUONG_ALARM_BACKUP_HOURS", 48)
ALARM_WEBHOOKS_STOPPED = _number("HIENLUONG_ALARM_WEBHOOKS_STOPPED", 0)

# The exchange
PACKET_MAX_BYTES = _number("HIENLUONG_PACKET_MAX_BYTES", 70 * 1024 * 1024)  # 50 MB of attachment in base64
ATTACHMENT_MAX_BYTES = _number("HIENLUONG_ATTACHMENT_MAX_BYTES", 50 * 1024 * 1024)
ATTACHMENTS_MAX = _number("HIENLUONG_ATTACHMENTS_MAX", 100)
# Large files that one web process may be handing out at once; each holds a thread of its own until it is read.
DOWNLOAD_PLACES = _number("HIENLUONG_DOWNLOAD_PLACES", 8)
# Which codes are the province's own. The merged province's code was not found in any public list
# (H50 Quảng Trị, H46 Quảng Bình by inference): both are provisional and changed here or by import.
PROVINCE_CODES = _names("HIENLUONG_PROVINCE_CODES") or ["H50", "H46"]
# Codes of the agencies whose auditors see the entries of every agency in the ledger; others see their own agency's.
AUDIT_AGENCIES = _names("HIENLUONG_AUDIT_AGENCIES") or PROVINCE_CODES
# The code the axis writes into the trace of what it forwards (decision 3).
AXIS_CODE = os.environ.get("HIENLUONG_AXIS_CODE") or PROVINCE_CODES[0]
# A draft that nobody saved for so many days is cleared away.
DRAFT_DAYS = _number("HIENLUONG_DRAFT_DAYS", 30)
# ClamAV's daemon, "unix:/path" or "tcp:host:port"; empty: attachments are not scanned.
CLAMD = os.environ.get("HIENLUONG_CLAMD", "")
CLAMD_TIMEOUT_SECONDS = _number("HIENLUONG_CLAMD_TIMEOUT_SECONDS", 120)
CLAMD_SWEEP_PER_MINUTE = _number("HIENLUONG_CLAMD_SWEEP_PER_MINUTE", 0)
SECRECY_MARKERS = _names("HIENLUONG_SECRECY_MARKERS") or ["MẬT", "TỐI MẬT", "TUYỆT MẬT"]
SECRECY_SERIES = _names("HIENLUONG_SECRECY_SERIES")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("HIENLUONG_LOG_LEVEL", "INFO")},
    "loggers": {"procrastinate": {"level": "WARNING"}, "httpx": {"level": "WARNING"}},
}
