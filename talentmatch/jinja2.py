"""The Jinja2 environment of our pages: strict, escaped, with the few globals every template may use."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import AnonymousUser
from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from jinja2 import Environment, StrictUndefined

from partnerships.access import Permission, has_permission


def url(name: str, *args: Any, **kwargs: Any) -> str:
    return reverse(name, args=args, kwargs=kwargs)


def day(value: Any) -> str:
    """A date, or the local date of a moment, as "4 March 2026"."""
    return date_format(localtime(value) if hasattr(value, "hour") else value, "j F Y")


def moment(value: Any) -> str:
    """A moment as "4 March 2026 at 14:05"."""
    return date_format(localtime(value), "j F Y \\a\\t H:i")


def pounds(value: int) -> str:
    return f"£{value:,}"


def environment(**options: Any) -> Environment:
    options |= {"autoescape": True, "undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    env = Environment(**options)
    env.globals.update(url=url, static=static, urlencode=urlencode)
    env.filters.update(day=day, moment=moment, pounds=pounds)
    return env


def request_globals(request: HttpRequest) -> dict[str, Any]:
    """What every page may ask: who reads it, what they may do, and what there is to tell them."""
    # A request that is refused at the door, for the host it asks for, never learns who sent it.
    user = getattr(request, "user", AnonymousUser())

    def may(permission: str) -> bool:
        return has_permission(user, Permission[permission.upper()])

    may_function: Callable[[str], bool] = may
    return {"user": user, "may": may_function, "messages": get_messages(request)}
