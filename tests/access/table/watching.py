"""Watching: everybody who is signed in, for themselves alone."""

from tests.access.rows import Row

WATCHING = "login 200 200 200 200 200 200 200 login"
LED_ON = WATCHING.replace("200", "302")
STEPS = ("evidence:watch", "evidence:watch-stop", "evidence:watch-seen")
ROWS = [
    Row("GET", "evidence:watching", "", WATCHING),
    *(Row(method, step, "lesson", LED_ON) for step in STEPS for method in ("GET", "POST")),
]
