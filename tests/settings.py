"""Settings of the test run: the product's own, in a data folder of its own, with simulated time allowed."""

import os
import tempfile
from pathlib import Path

# one a process; in the folder that the run takes away when it ends, since processes of a parallel run end at once
_home = Path(tempfile.mkdtemp(prefix="zuschlag-tests-", dir=os.environ.get("TESTS_FOLDER")))
os.environ.update({"DEMO": "1", "DATA_DIR": str(_home / "var"), "OPENING_GUARD": "0", "LOG_LEVEL": "ERROR"})
os.environ.setdefault("DATABASE_POOL", "24")  # twenty threads of one test stand at the same line at once
os.environ.setdefault("STATIC_BUILD_DIR", str(Path(__file__).resolve().parent.parent / "var" / "static-build"))

from config.settings import *  # noqa: E402, F403

ALLOW_SIMULATED_TIME = True
MEASURE_AVAILABILITY = False  # its thread would write beside the tests; they count by hand
OPENER_KEY_WORK_FACTOR = 4
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
WHITENOISE_AUTOREFRESH = True  # every test client would else list all static files before its first request
ACCOUNT_RATE_LIMITS = False  # a hundred sign-ins from one address are a test run, not an attack
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405 - from the product's settings
    # A file, not memory: only then do locks, WAL and IMMEDIATE transactions behave as they do in use.
    DATABASES["default"]["TEST"] = {"NAME": str(_home / "test.sqlite3")}  # noqa: F405
    # The disk need not be waited for: no test cuts the power. Use has synchronous=FULL.
    _options = DATABASES["default"]["OPTIONS"]  # noqa: F405
    _options["init_command"] = _options["init_command"].replace("synchronous=FULL", "synchronous=OFF")
