"""The admin of people and partnerships."""

import pytest
from django.conf import settings
from django.urls import reverse

from partnerships.models import AuditRow, Membership, Organisation, Partnership, Person, RoleAssignment
from tests.factories import (
    AreaFactory,
    AuditRowFactory,
    FactSourceFactory,
    FindingFactory,
    LoadedRecordFactory,
    MembershipFactory,
    OrganisationFactory,
    PartnershipFactory,
    PersonFactory,
    SectorFactory,
)

pytestmark = pytest.mark.django_db

MODELS = [
    "area",
    "auditrow",
    "loadedrecord",
    "membership",
    "organisation",
    "partnership",
    "person",
    "sector",
]


@pytest.fixture
def desk(client):
    """A browser in which an administrator is signed in, who is ``desk.person``."""
    client.person = PersonFactory(administrator=True)
    sign_in(client, client.person)
    return client


def sign_in(client, person):
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")


def address(model, page="changelist", *args):
    return reverse(f"admin:partnerships_{model}_{page}", args=args)


def inline(prefix, *rows, initial=0):
    """The fields of an inline's rows as a form sends them."""
    fields = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": initial}
    for number, row in enumerate(rows):
        fields |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return fields


# Who may enter


def test_visitors_are_led_to_our_own_sign_in_and_back(client):
    response = client.get("/admin/partnerships/person/", follow=True)
    assert response.redirect_chain[-1][0] == "/accounts/login/?next=/admin/partnerships/person/"


@pytest.mark.parametrize("role", [{}, {"funder": True}, {"evaluator": True}])
def test_people_who_may_not_use_the_admin_are_refused(client, role):
    sign_in(client, PersonFactory(**role))
    assert client.get("/admin/").status_code == 403
    assert client.get(address("partnership")).status_code == 403


def test_leads_look_after_partnerships_but_not_people(client):
    sign_in(client, PersonFactory(lead=True))
    assert client.get(address("partnership")).status_code == 200
    assert client.get(address("auditrow")).status_code == 200
    assert client.get(address("person")).status_code == 403
    assert "/person/" not in client.get("/admin/").content.decode()


def test_changing_the_password_happens_in_the_account(desk):
    assert desk.get("/admin/password_change/").url == reverse("password-change")


# Pages


@pytest.fixture
def rows():
    """One row of each model that has a page."""
    AreaFactory()
    LoadedRecordFactory()
    AuditRowFactory()
    MembershipFactory()


@pytest.mark.parametrize("model", MODELS)
def test_every_list_opens_can_be_searched_and_leads_to_its_rows(desk, rows, model):
    page = desk.get(address(model), {"q": "a"})
    assert page.status_code == 200
    row = page.context["cl"].model.objects.first()
    assert desk.get(address(model, "change", row.pk)).status_code == 200


@pytest.mark.parametrize("model", ["area", "membership", "organisation", "partnership", "person", "sector"])
def test_every_form_for_adding_opens(desk, model):
    assert desk.get(address(model, "add")).status_code == 200


@pytest.mark.parametrize("model", ["auditrow", "loadedrecord"])
def test_records_are_only_read(desk, rows, model):
    row = desk.get(address(model)).context["cl"].model.objects.first()
    assert desk.get(address(model, "add")).status_code == 403
    assert desk.post(address(model, "change", row.pk), {}).status_code == 403
    assert desk.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403


def test_the_pages_carry_our_name_and_no_inline_script_or_style(desk, rows):
    for path in ("/admin/", address("partnership"), address("partnership", "add")):
        page = desk.get(path).content.decode()
        assert "Partnership evidence: administration" in page
        assert "<style" not in page
        assert "<script>" not in page
        assert " style=" not in page
        assert " onclick=" not in page


@pytest.mark.parametrize("count", [2, 12])
def test_the_list_of_partnerships_asks_as_much_for_many_as_for_few(
    desk, count, django_assert_max_num_queries
):
    for _ in range(count):
        MembershipFactory(role="lead")
    with django_assert_max_num_queries(12):
        page = desk.get(address("partnership"))
    assert page.content.decode().count("Organisation ") >= count


# Saving


def test_adding_changing_and_deleting_leave_audit_rows_without_the_words(desk):
    sector = SectorFactory()
    fields = {"name": "Northern Trust", "slug": "northern-trust", "kind": "charity", "sector": sector.pk}
    empty = {"size": "", "website": "", "note": "", "ukprn": "", "org_id": ""}
    empty |= {"charity_number": "", "company_number": ""}
    desk.post(address("organisation", "add"), fields | empty | inline("memberships"))
    organisation = Organisation.objects.get()
    changed = fields | empty | {"note": "A confidential remark"} | inline("memberships")
    desk.post(address("organisation", "change", organisation.pk), changed)
    desk.post(address("organisation", "change", organisation.pk), changed)
    desk.post(address("organisation", "delete", organisation.pk), {"post": "yes"})
    assert not Organisation.objects.exists()
    rows = AuditRow.objects.order_by("pk")
    assert [(row.verb, row.target_key, row.by, row.details) for row in rows] == [
        ("organisation.added", "northern-trust", desk.person, {}),
        ("organisation.changed", "northern-trust", desk.person, {"fields": ["note"]}),
        ("organisation.deleted", "northern-trust", desk.person, {}),
    ]


def test_deleting_several_from_the_list_is_recorded_one_by_one(desk):
    memberships = MembershipFactory.create_batch(2)
    fields = {
        "action": "delete_selected",
        "_selected_action": [membership.pk for membership in memberships],
        "post": "yes",
    }
    desk.post(address("membership"), fields)
    assert set(AuditRow.objects.values_list("verb", "target_key")) == {
        ("membership.deleted", str(membership.pk)) for membership in memberships
    }


def test_a_partnership_goes_with_its_own_parts_but_not_while_somebody_reports_for_it(desk):
    fact = FactSourceFactory()
    partnership = MembershipFactory(partnership=fact.partnership).partnership
    reporter = PersonFactory(reporter_for=partnership)
    page = address("partnership", "delete", partnership.pk)
    assert desk.post(page, {"post": "yes"}).status_code == 403
    reporter.role_assignments.all().delete()
    desk.post(page, {"post": "yes"})
    assert not Partnership.objects.exists()
    assert [row.verb for row in AuditRow.objects.all()] == ["partnership.deleted"]


def partnership_of_a_finding():
    partnership = PartnershipFactory()
    FindingFactory().partnerships.add(partnership)
    return partnership


def followed_area():
    area = AreaFactory()
    AreaFactory().successors.add(area)
    return area


@pytest.mark.parametrize(
    ("model", "used"),
    [
        ("sector", lambda: OrganisationFactory().sector),
        ("organisation", lambda: MembershipFactory().organisation),
        ("area", followed_area),
        ("partnership", partnership_of_a_finding),
    ],
)
def test_what_others_rest_on_is_not_deleted(desk, model, used):
    assert desk.post(address(model, "delete", used().pk), {"post": "yes"}).status_code == 403


def test_a_second_current_lead_is_refused_with_the_reason(desk):
    lead = MembershipFactory(role="lead")
    response = desk.post(
        address("membership", "add"),
        {
            "organisation": OrganisationFactory().pk,
            "partnership": lead.partnership.pk,
            "role": "lead",
            "has_board_seat": "unknown",
        },
    )
    assert "This partnership has a current lead." in response.content.decode()
    assert Membership.objects.count() == 1


def test_history_leads_to_the_audit_rows_of_the_thing(desk):
    partnership = PartnershipFactory(slug="humber")
    response = desk.get(address("partnership", "history", partnership.pk))
    assert response.url == f"{address('auditrow')}?target_kind=partnership&target_key=humber"
    assert desk.get(response.url).status_code == 200


# People


def test_an_invited_person_gets_a_message_and_the_roles_of_the_form(
    desk, mailoutbox, django_capture_on_commit_callbacks
):
    partnership = PartnershipFactory()
    roles = inline(
        "role_assignments", {"role": "reporter", "partnership": partnership.pk}, {"role": "funder"}
    )
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(address("person", "add"), {"name": "New", "email": "New@example.org", **roles})
    person = Person.objects.get(email="new@example.org")
    assert person.role_keys == {"reporter", "funder"}
    assert person.reported_partnership_ids == {partnership.pk}
    assert set(person.role_assignments.values_list("granted_by", flat=True)) == {desk.person.pk}
    assert [message.to for message in mailoutbox] == [["new@example.org"]]
    assert sorted(AuditRow.objects.values_list("verb", flat=True)) == [
        "person.invited",
        "role.granted",
        "role.granted",
    ]


def test_a_reporter_without_a_partnership_is_refused_and_nobody_is_invited(
    desk, mailoutbox, django_capture_on_commit_callbacks
):
    roles = inline("role_assignments", {"role": "reporter"})
    with django_capture_on_commit_callbacks(execute=True):
        response = desk.post(address("person", "add"), {"name": "New", "email": "new@example.org", **roles})
    assert "A reporter needs a partnership" in response.content.decode()
    assert not Person.objects.filter(email="new@example.org").exists()
    assert not mailoutbox


def test_renaming_closing_and_reopening_each_leave_their_audit_row(desk):
    person = PersonFactory(evaluator=True)
    kept = {"id": person.role_assignments.get().pk, "person": person.pk}
    roles = inline("role_assignments", kept, initial=1)
    page = address("person", "change", person.pk)
    desk.post(page, {"name": "Renamed", "email": person.email, **roles})
    person.refresh_from_db()
    assert (person.name, person.is_active) == ("Renamed", False)
    desk.post(page, {"name": "Renamed", "email": person.email, "is_active": "on", **roles})
    person.refresh_from_db()
    assert person.is_active
    assert list(AuditRow.objects.order_by("pk").values_list("verb", flat=True)) == [
        "person.changed",
        "person.closed",
        "person.reopened",
    ]


def test_the_last_administrator_stays_and_the_page_says_why(desk):
    person = desk.person
    assignment = person.role_assignments.get()
    page = address("person", "change", person.pk)
    row = {"id": assignment.pk, "person": person.pk}
    fields = {"name": "Renamed", "email": person.email}
    removed = inline("role_assignments", row | {"DELETE": "on"}, initial=1)
    response = desk.post(page, fields | {"is_active": "on"} | removed, follow=True)
    assert "This is the last administrator." in response.content.decode()
    response = desk.post(page, fields | inline("role_assignments", row, initial=1), follow=True)
    assert "This is the last administrator." in response.content.decode()
    person = Person.objects.get(pk=person.pk)
    assert person.is_active
    assert person.name != "Renamed"
    assert person.role_keys == {"administrator"}
    assert not AuditRow.objects.exists()


def test_a_role_can_be_taken(desk):
    person = PersonFactory(evaluator=True)
    row = {"id": person.role_assignments.get().pk, "person": person.pk, "DELETE": "on"}
    desk.post(
        address("person", "change", person.pk),
        {"name": person.name, "email": person.email, "is_active": "on"}
        | inline("role_assignments", row, initial=1),
    )
    assert not RoleAssignment.objects.filter(person=person).exists()
    assert AuditRow.objects.get().verb == "role.revoked"


def test_people_are_not_deleted_and_their_passwords_not_set(desk):
    person = PersonFactory()
    assert desk.post(address("person", "delete", person.pk), {"post": "yes"}).status_code == 403
    page = desk.get(address("person", "change", person.pk)).content.decode()
    assert 'name="password"' not in page
    assert 'value="delete_selected"' not in desk.get(address("person")).content.decode()


def test_invitations_are_sent_again_from_the_list(desk, mailoutbox, django_capture_on_commit_callbacks):
    invited = Person.objects.create_user("new@example.org", name="New")
    chosen = PersonFactory(name="Has chosen")
    with django_capture_on_commit_callbacks(execute=True):
        response = desk.post(
            address("person"),
            {"action": "send_invitation_again", "_selected_action": [invited.pk, chosen.pk]},
            follow=True,
        )
    assert [message.to for message in mailoutbox] == [["new@example.org"]]
    assert "Has chosen has chosen a password already" in response.content.decode()


def test_people_can_be_found_by_role(desk):
    PersonFactory(name="Funder person", funder=True)
    PersonFactory(name="Newcomer")
    page = desk.get(address("person"), {"role": "funder"})
    assert [person.name for person in page.context["cl"].queryset] == ["Funder person"]
    page = desk.get(address("person"), {"role": "none"})
    assert [person.name for person in page.context["cl"].queryset] == ["Newcomer"]


def test_the_sign_in_page_is_not_djangos(client):
    response = client.get("/admin/login/")
    assert response.url == f"{reverse(settings.LOGIN_URL)}?next=/admin/"
