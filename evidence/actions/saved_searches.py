"""Every write to saved searches, and telling people of what is new in them."""

import datetime
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from evidence.actions.finding_input import field_errors
from evidence.models import SavedSearch
from evidence.queries.everything import Matches
from partnerships import notices
from partnerships.audit import record
from partnerships.models import Notice, Person

SAVED_SEARCH, NEW_MATCHES = "saved-search", "saved-search-new"
MOST_OF_ONE_PERSON = 50
# Each is looked into so often, so many at once.
EVERY = datetime.timedelta(hours=1)
MOST_AT_ONCE = 500


def register_saved_searches() -> None:
    """Let notices speak of saved searches, and look into them by the clock."""
    notices.register(
        SAVED_SEARCH,
        may_see=has_something_new,
        deeds={NEW_MATCHES: "Something new matches your saved search {key}"},
    )
    notices.register_clock(tell_of_new_matches)


def matches_of(search: SavedSearch) -> Matches:
    """What its owner finds with it at this moment."""
    return Matches(search.created_by, search.q, search.kinds)


def has_something_new(person: Person, ref: str) -> bool:
    """Whether something of what was new is there for its owner still; asked just before a message is sent."""
    search = SavedSearch.objects.visible_to(person).filter(ref=ref, is_told=True).first()
    return search is not None and not matches_of(search).keys().isdisjoint(search.fresh)


@transaction.atomic
def save_search(*, by: Person, name: str, q: str, kinds: Iterable[str], is_told: bool) -> SavedSearch:
    """Keep a search for oneself. Raises ValidationError by field, also when one has too many already."""
    Person.objects.select_for_update().get(pk=by.pk)
    if SavedSearch.objects.filter(created_by=by).count() >= MOST_OF_ONE_PERSON:
        raise ValidationError({"__all__": f"You keep {MOST_OF_ONE_PERSON} searches. Delete one first."})
    search = SavedSearch(created_by=by)
    state(search, name=name, q=q, kinds=kinds, is_told=is_told)
    record(by=by, verb="saved-search.added", target=search, key=search.ref)
    return search


@transaction.atomic
def change_search(
    *, by: Person, search: SavedSearch, name: str, q: str, kinds: Iterable[str], is_told: bool
) -> SavedSearch:
    """Change one's own search; what matches now counts as known. Raises ValidationError by field."""
    search = SavedSearch.objects.visible_to(by).select_for_update().get(pk=search.pk)
    state(search, name=name, q=q, kinds=kinds, is_told=is_told)
    record(by=by, verb="saved-search.changed", target=search, key=search.ref)
    return search


def state(search: SavedSearch, *, name: str, q: str, kinds: Iterable[str], is_told: bool) -> None:
    search.name, search.q, search.kinds, search.is_told = name.strip(), q.strip(), sorted(kinds), is_told
    errors = field_errors(search, leave_out=("created_by",))
    matches = matches_of(search)
    if search.q and not matches.is_searchable:
        errors["q"] = ["There is no word to look for in that: add one that should be there."]
    if errors:
        raise ValidationError(errors)
    search.known, search.fresh, search.checked_at = sorted(matches.keys()), [], timezone.now()
    search.save()


@transaction.atomic
def delete_search(*, by: Person, search: SavedSearch) -> None:
    """Delete one's own search; messages about it that wait are dropped when they would be sent."""
    search = SavedSearch.objects.visible_to(by).select_for_update().get(pk=search.pk)
    record(by=by, verb="saved-search.deleted", target=search, key=search.ref)
    search.delete()


def tell_of_new_matches() -> None:
    """Look into the searches that are due, and have their owners told of what is new.

    May run at any time, also twice at once: each search is looked into by one of them.
    """
    due = SavedSearch.objects.filter(is_told=True, checked_at__lte=timezone.now() - EVERY)
    wanted = due.filter(created_by__is_active=True).exclude(
        created_by__notice_frequency=Person.NoticeFrequency.NONE
    )
    for key in list(wanted.order_by("checked_at", "pk").values_list("pk", flat=True)[:MOST_AT_ONCE]):
        look_into(key)


@transaction.atomic
def look_into(key: int) -> None:
    """Compare what a search finds with what it found before. While a message waits, no other is written."""
    held = SavedSearch.objects.select_for_update(of=("self",)).select_related("created_by")
    search = held.filter(pk=key, is_told=True, checked_at__lte=timezone.now() - EVERY).first()
    if search is None:
        return
    found = matches_of(search).keys()
    new = found - set(search.known)
    if new:
        waiting = Notice.objects.filter(
            person=search.created_by,
            target_kind=SAVED_SEARCH,
            target_key=search.ref,
            state=Notice.State.WAITING,
        )
        if waiting.exists():
            new |= found & set(search.fresh)
        else:
            tell(search)
        search.fresh = sorted(new)
    search.known, search.checked_at = sorted(found), timezone.now()
    search.save(update_fields=["known", "fresh", "checked_at"])


def tell(search: SavedSearch) -> None:
    notices.tell(
        people=[search.created_by],
        kind=NEW_MATCHES,
        target_kind=SAVED_SEARCH,
        target_key=search.ref,
        path=search.get_absolute_url(),
        by=None,
    )
