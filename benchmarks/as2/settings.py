"""Django's settings of the peer django-pyas2, in its own environment: as for production, without debugging.

It keeps its connections to the PostgreSQL that the product uses too, and its files on the same disk.
"""

from __future__ import annotations

import json
import os

SECRET_KEY = "of the benchmark's peer, on loopback, for minutes"  # noqa: S105 - it guards nothing
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "pyas2.urls"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "pyas2",
]
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
DATABASES = {
    "default": {
        **json.loads(os.environ["AS2_DATABASE"]),
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": None,
    }
}
MEDIA_ROOT = os.environ["AS2_DATA_DIR"]
LOGGING = {"version": 1, "disable_existing_loggers": True}
