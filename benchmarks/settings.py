"""The product's settings, with the addresses of the references beside its own.

``BENCHMARK_BARE=true`` leaves all middleware out.
"""

from talentmatch.settings import *  # noqa: F403, TID251
from talentmatch.settings import MIDDLEWARE, env  # noqa: TID251

ROOT_URLCONF = "benchmarks.urls"
if env.bool("BENCHMARK_BARE", False):
    MIDDLEWARE = []
