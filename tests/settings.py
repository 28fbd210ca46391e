"""Settings of the suite: the product's own, and the few that differ under test."""

import atexit
import os
import shutil
import tempfile

# Read by the product's settings, so they come before the import.
os.environ["USE_HTTPS"] = "false"
os.environ["DEBUG"] = "false"
os.environ["EMAIL_URL"] = "console://"
# The browser's tests run beside an event loop that Django would otherwise refuse to share a thread with.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

from talentmatch.settings import *  # noqa: F403, TID251
from talentmatch.settings import DATABASES, STORAGES  # noqa: TID251

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Static files straight from their folders: no collecting before a test.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
STATIC_ROOT = None

files = tempfile.mkdtemp(prefix="evidence-files-")
atexit.register(shutil.rmtree, files)
STORAGES["attachments"]["OPTIONS"]["location"] = files

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, not memory: the live server's threads need connections of their own.
    folder = tempfile.mkdtemp(prefix="evidence-tests-")
    atexit.register(shutil.rmtree, folder)
    DATABASES["default"]["TEST"] = {"NAME": f"{folder}/test.sqlite3"}
