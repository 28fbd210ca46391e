"""Settings of the suite, set before Django reads its settings (a pytest plugin, see pyproject.toml)."""

import os

os.environ["USE_HTTPS"] = "false"
os.environ["DEBUG"] = "false"
os.environ["EMAIL_URL"] = "console://"
# The browser's tests run beside an event loop that Django would otherwise refuse to share a thread with.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
