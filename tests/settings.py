"""Settings of the test suite: development's, without a file or a host of this machine in them."""

import os

os.environ.setdefault("DEBUG", "true")
os.environ.setdefault("HTTPS", "false")
os.environ.setdefault("LOG_LEVEL", "WARNING")
os.environ.setdefault("DATABASE_URL", "sqlite:///:memory:")

from clinic.settings import *
from clinic.settings import DATABASES

if DATABASES["default"]["ENGINE"] == "clinic.sqlite":
    # Said by name: pytest-django takes an engine of our own for a server, and gave each worker a file beside manage.py.
    DATABASES["default"]["TEST"] = {"NAME": ":memory:"}
# The test client asks for no static files; without this the missing folder of collected ones is a warning, so an error.
# Most tests are about what comes after the log-in; tests/clinic/signing_in sets it.
SECOND_FACTOR = False
WHITENOISE_AUTOREFRESH = True
# Hashing a password well takes as long as the rest of a test.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
