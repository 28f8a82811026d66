"""The Django project that serves django-pyas2: run by granian in the peer's own environment, never in ours.

As its documentation sets it up, for production: no debugging, a persistent connection to the same PostgreSQL that
the product uses, files on the same disk.
"""

from __future__ import annotations

import json
import os

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import include, path

urlpatterns = [path("pyas2/", include("pyas2.urls"))]


def configure() -> None:
    """Configures Django from AS2_DATABASE (a JSON object as in Django's settings) and AS2_DATA_DIR."""
    database, place = json.loads(os.environ["AS2_DATABASE"]), os.environ["AS2_DATA_DIR"]
    settings.configure(
        DEBUG=False,
        SECRET_KEY="of the benchmark's peer, on loopback, for minutes",  # noqa: S106 - it guards nothing
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF=__name__,
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        INSTALLED_APPS=[
            "django.contrib.admin",
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.messages",
            "django.contrib.sessions",
            "pyas2",
        ],
        MIDDLEWARE=["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
        DATABASES={
            "default": {
                **database,
                "ENGINE": "django.db.backends.postgresql",
                "CONN_MAX_AGE": None,
            }
        },
        MEDIA_ROOT=place,
        LOGGING={"version": 1, "disable_existing_loggers": True},
        PYAS2={"DATA_DIR": place},
    )
    django.setup()


if not settings.configured:
    configure()
application = get_wsgi_application()
