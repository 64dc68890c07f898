"""The floor plan in the console: what is saved is what the kiosk draws."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import chromium, serving
from conftest import desk_at
from playwright.sync_api import expect
from records import Clock
from staffroom import at_work, enter, hire, violations

from assistant.desk import Desk
from channels.kiosk.floor import at, floor_svg
from channels.web import create_app
from knowledge.offices import Spot
from knowledge.sample import read_office

PAGE = "/staff/office/plan"


@pytest.fixture(scope="module")
def the_desk(homes: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return desk_at(shutil.copytree(homes[1], tmp_path_factory.mktemp("plan") / "home"), Clock())


@pytest.fixture
def own_desk(the_desk: Desk) -> Iterator[Desk]:
    the_desk.library.store.put_office(read_office(), by="test")
    hire(the_desk)
    yield the_desk


def fields(desk: Desk) -> dict[str, str]:
    office = desk.library.store.office(desk.office_id)
    held = {"kiosk_floor": "tầng 1", "x:kiosk": "42", "y:kiosk": "16"}
    for counter in office.counters:
        if counter.spot:
            held[f"x:{counter.number}"] = f"{counter.spot.x:g}"
            held[f"y:{counter.number}"] = f"{counter.spot.y:g}"
    return held


def seen_on(page: str) -> str:
    return page.split('name="seen" value="')[1].split('"')[0]


def test_what_is_saved_is_drawn_at_the_kiosk_at_once(own_desk: Desk) -> None:
    with at_work(own_desk, "binh") as admin:
        seen = seen_on(admin.get(PAGE).text)
        moved = fields(own_desk) | {"x:9": "10", "y:9": "90", "x:stairs": "5", "y:stairs": "50"}
        done = admin.post(PAGE, seen=seen, **moved)
        assert "Đã lưu sơ đồ" in done.text
        office = own_desk.library.store.office(own_desk.office_id)
        counter = next(c for c in office.counters if c.number == "9")
        assert counter.spot == Spot(x=10, y=90)
        assert office.plan and office.plan.stairs == Spot(x=5, y=50)
        x, y = at(Spot(x=10, y=90))
        assert f"{x:.0f},{y:.0f}" in admin.get("/kiosk/so-do/9.svg").text
        late = admin.post(PAGE, seen=seen, **moved)
        assert late.status_code == 409 and "vừa sửa phần này" in late.text


def test_wrong_numbers_are_named_and_stay_as_they_were_typed(own_desk: Desk) -> None:
    with at_work(own_desk, "binh") as admin:
        seen = seen_on(admin.get(PAGE).text)
        typed = fields(own_desk) | {"x:9": "120", "x:kiosk": "", "y:kiosk": "giữa"}
        refused = admin.post(PAGE, seen=seen, **typed)
        assert refused.status_code == 422
        assert "Quầy 9: ngang và sâu" in refused.text and 'value="120"' in refused.text
        assert "Máy ở sảnh: ngang và sâu" in refused.text
        none = admin.post(PAGE, seen=seen, **fields(own_desk) | {"x:kiosk": "", "y:kiosk": ""})
        assert none.status_code == 422 and "đường đi bắt đầu từ đó" in none.text


def test_the_preview_draws_what_is_typed_and_saves_nothing(own_desk: Desk) -> None:
    with at_work(own_desk, "binh") as admin:
        admin.get(PAGE)
        typed = fields(own_desk) | {"x:9": "20", "y:9": "80", "target": "9"}
        drawn = admin.post(f"{PAGE}/preview", **typed).text
        x, y = at(Spot(x=20, y=80))
        assert "polyline" in drawn and f"{x:.0f},{y:.0f}" in drawn
        wrong = admin.post(f"{PAGE}/preview", **typed | {"x:9": "xa"}).text
        assert "chưa vẽ được" in wrong
    assert own_desk.library.store.office(own_desk.office_id) == read_office()


def test_an_office_without_a_plan_starts_with_one(own_desk: Desk) -> None:
    bare = read_office().model_copy(
        update={
            "plan": None,
            "counters": tuple(
                c.model_copy(update={"spot": None}) for c in read_office().counters
            ),
        }
    )  # fmt: skip
    own_desk.library.store.put_office(bare, by="test")
    with at_work(own_desk, "binh") as admin:
        page = admin.get(PAGE).text
        assert "Chưa có sơ đồ" in page
        saved = admin.post(
            PAGE, seen=seen_on(page), kiosk_floor="tầng 1",
            **{"x:kiosk": "50", "y:kiosk": "15", "x:9": "80,5", "y:9": "60"},
        )  # fmt: skip
        assert "Đã lưu sơ đồ" in saved.text
    office = own_desk.library.store.office(own_desk.office_id)
    assert "polyline" in (floor_svg(office, "9") or "")


def test_only_an_administrator_changes_the_plan(own_desk: Desk) -> None:
    with at_work(own_desk, "lan") as clerk:
        assert "cần quyền" in clerk.get(PAGE).text
        assert clerk.post(PAGE, **fields(own_desk)).status_code == 403


def test_the_way_goes_round_counters_where_it_can(own_desk: Desk) -> None:
    """Straight up first would pass counter 2; across first passes nobody."""
    office = read_office()
    spots = {"1": Spot(x=90, y=80), "2": Spot(x=42, y=50)}
    counters = tuple(
        c.model_copy(update={"spot": spots[c.number]})
        for c in office.counters if c.number in spots
    )  # fmt: skip
    drawn = floor_svg(office.model_copy(update={"counters": counters}), "1") or ""
    (x1, y1), (x2, y2) = at(Spot(x=42, y=16)), at(spots["1"])
    assert f'points="{x1:.0f},{y1:.0f} {x2:.0f},{y1:.0f} {x2:.0f},{y2:.0f}"' in drawn


def test_the_way_upstairs_goes_over_the_stairs_on_both_floors(own_desk: Desk) -> None:
    office = read_office()
    assert office.plan
    counters = tuple(
        c.model_copy(update={"floor": "tầng 2"}) if c.number == "9" else c
        for c in office.counters
    )  # fmt: skip
    plan = office.plan.model_copy(update={"stairs": Spot(x=5, y=50)})
    upstairs = office.model_copy(update={"counters": counters, "plan": plan})
    drawn = floor_svg(upstairs, "9") or ""
    assert drawn.count("<polyline") == 2 and drawn.count("Cầu thang") == 2
    assert "Tầng 2" in drawn and "Tầng 1" in drawn and "Bạn ở đây" in drawn
    assert (floor_svg(upstairs, "2") or "").count("<polyline") == 1
    no_stairs = upstairs.model_copy(update={"plan": office.plan})
    assert "<polyline" not in (floor_svg(no_stairs, "9") or "")


@pytest.mark.slow
def test_a_counter_is_moved_by_hand_and_by_arrow_keys(own_desk: Desk) -> None:
    app = create_app(own_desk)
    with serving(app) as address, chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900}, locale="vi-VN")
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        enter(page, address, "binh")
        page.goto(address + PAGE)
        mark = page.locator('#hall .thing[data-key="9"]')
        mark.scroll_into_view_if_needed()
        box = mark.bounding_box()
        assert box
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x - 200, y + 60, steps=5)
        page.mouse.up()
        across, deep = page.locator('[name="x:9"]'), page.locator('[name="y:9"]')
        assert float(across.input_value()) < 70 and float(deep.input_value()) < 76
        before = float(across.input_value())
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Shift+ArrowUp")
        expect(across).to_have_value(f"{before + 1:g}")
        expect(page.locator("#moved")).to_contain_text("Quầy 9")
        page.locator("#target").select_option("9")
        expect(page.locator("#drawn polyline")).to_be_visible()
        assert violations(page) == []
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            page.screenshot(path=f"/tmp/plan-{width}.png", full_page=True)
        placed = (float(across.input_value()), float(deep.input_value()))
        page.get_by_role("button", name="Lưu sơ đồ").click()
        expect(page.locator(".said-once")).to_contain_text("Đã lưu sơ đồ")
        assert not problems, problems
    office = own_desk.library.store.office(own_desk.office_id)
    spot = next(c.spot for c in office.counters if c.number == "9")
    assert spot and (spot.x, spot.y) == placed
