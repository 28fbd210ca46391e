"""Files in a browser: added from the field, released by a lead, read by the funder, and gone with consent."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from evidence.models import Attachment
from tests.access.world import World
from tests.browser.test_every_page import wrong_with
from tests.evidence.attachments import samples

Enter = Callable[[str], Page]


def test_a_file_from_the_field_to_the_funder_and_back(
    world: World, enter: Enter, live_server: Any, tmp_path: Path
) -> None:
    source = world.findings["for-funder"].source
    address = live_server.url + source.get_absolute_url()
    photo, program = tmp_path / "board.jpg", tmp_path / "minutes.pdf"
    photo.write_bytes(samples.picture())
    program.write_bytes(b"MZ no document")

    page = enter("evaluator")
    page.goto(address)
    page.get_by_role("link", name="Add files").click()
    page.get_by_label("File 1", exact=True).set_input_files(photo)
    page.get_by_label("What file 1 is").fill("The plan on the wall")
    page.get_by_label("File 2", exact=True).set_input_files(program)
    page.get_by_label("What file 2 is").fill("Minutes of the meeting")
    page.get_by_role("button", name="Add the files").click()
    expect(page.get_by_role("alert")).to_contain_text("Its name ends in .pdf")
    expect(page.get_by_label("What file 2 is")).to_have_value("Minutes of the meeting")
    expect(page.get_by_role("link", name="board.jpg", exact=True)).to_be_visible()
    assert wrong_with(page) == []
    file = Attachment.objects.get(name="board.jpg")

    page = enter("funder")
    page.goto(address)
    expect(page.get_by_text("board.jpg")).to_have_count(0)
    assert page.request.get(live_server.url + file.get_absolute_url()).status == 404

    page = enter("lead")
    page.goto(address)
    page.get_by_role("link", name="Who may get it board.jpg").click()
    expect(page.get_by_text("The place where it was taken (GPS)")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Open the copy").click()
    assert samples.SECRET.encode() not in Path(download.value.path()).read_bytes()
    page.get_by_role("radio", name="Funder:").check()
    page.get_by_role("button", name="Save who may get it").click()
    expect(page.get_by_role("status").first).to_contain_text("Who may get board.jpg")

    page = enter("funder")
    page.goto(address)
    with page.expect_download() as download:
        page.get_by_role("link", name="board.jpg", exact=True).click()
    assert download.value.suggested_filename == "board.jpg"
    assert samples.SECRET.encode() not in Path(download.value.path()).read_bytes()
    page.get_by_role("link", name="Look at it board.jpg").click()
    assert page.locator("img").evaluate("picture => picture.naturalWidth") == 40

    page = enter("evaluator")
    page.goto(address)
    page.get_by_role("link", name="Withdraw consent").click()
    page.get_by_label("Reason").fill("They asked for it.")
    page.get_by_role("button", name="Withdraw consent").click()
    expect(page.get_by_text(f"{file.ref} was erased on")).to_be_visible()
    for persona in ("funder", "lead"):
        page = enter(persona)
        assert page.request.get(live_server.url + file.get_absolute_url()).status == 404
