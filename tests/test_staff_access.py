"""Who gets into the console, and who does not."""

import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from conftest import desk_at
from cryptography.fernet import Fernet
from fastapi.testclient import TestClient
from records import MORNING, Clock
from sqlalchemy import update
from staffroom import (
    PASSWORD,
    PEOPLE,
    QUICK,
    SETTINGS,
    Browser,
    accounts_of,
    at_work,
    hire,
    staff_paths,
)

from assistant.desk import Desk
from channels.staff.accounts import AccountError, Accounts, Role
from channels.staff.sealing import Secrets, SecretsUnreadable
from channels.web import create_app
from knowledge.database import connect, migrate, read_value, writing
from knowledge.sample import read_office
from knowledge.schema_console import StaffAccountRow
from knowledge.store import KnowledgeStore

SEALING = Secrets(Fernet.generate_key().decode())
OPEN_TO_ALL = {"/staff/login"}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def accounts(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Accounts:
    """The accounts of an office without anything else."""
    engine = connect(f"sqlite:///{tmp_path_factory.mktemp('staff') / 'letan.db'}")
    migrate(engine)
    KnowledgeStore(engine, clock).put_office(read_office(), by="test")
    return Accounts(engine, "hoa-sen", clock, SETTINGS, SEALING, QUICK)


@pytest.fixture(scope="module")
def own_desk(homes: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One desk for all of these tests, which change nothing but accounts."""
    home = shutil.copytree(homes[1], tmp_path_factory.mktemp("staffed") / "home")
    desk = desk_at(home, Clock())
    yield desk
    desk.library.engine.dispose()


@pytest.fixture
def browser(own_desk: Desk) -> Iterator[Browser]:
    hire(own_desk)
    with at_work(own_desk) as browser:
        yield browser


def staff_routes(desk: Desk) -> list[tuple[str, str]]:
    """Every method and path below /staff, each part in braces filled in with 1."""
    paths = staff_paths(create_app(desk, staff=SETTINGS))
    return [(method, re.sub(r"\{[^}]+\}", "1", path)) for method, path in paths]


def test_without_signing_in_every_route_leads_to_the_sign_in_page_or_refuses(desk: Desk) -> None:
    routes = staff_routes(desk)
    assert len(routes) > 8
    with TestClient(create_app(desk, staff=SETTINGS), follow_redirects=False) as client:
        for method, path in routes:
            if path in OPEN_TO_ALL:
                continue
            refused = client.request(method, path, headers={"accept": "application/json"})
            assert refused.status_code == 401, (method, path)
            assert refused.json()["error"]["code"] == "sign_in_needed"
            sent = client.request(method, path)
            if path.startswith("/staff/api/"):
                assert sent.status_code == 401, (method, path)
            else:
                assert sent.status_code == 303, (method, path)
                assert sent.headers["location"].startswith("/staff/login?next="), path


def test_without_the_token_of_the_session_nothing_is_changed(own_desk: Desk) -> None:
    hire(own_desk)
    routes = [r for r in staff_routes(own_desk) if r[0] not in {"GET", "HEAD"}]
    with at_work(own_desk, "binh") as browser:
        for method, path in routes:
            refused = browser.client.request(method, path, follow_redirects=False)
            assert refused.status_code == 403, (method, path)
        browser.get("/staff/accounts")
        cross = browser.client.post(
            "/staff/accounts/lan/role",
            data={"csrf": browser.token, "role": "admin"},
            headers={"sec-fetch-site": "cross-site"},
        )
        assert cross.status_code == 403
    assert accounts_of(own_desk).find("lan").role is Role.CLERK  # type: ignore[union-attr]


def test_signing_in_goes_on_to_the_page_that_was_wanted_but_never_elsewhere(
    browser: Browser,
) -> None:
    sent = browser.get("/staff/account")
    assert sent.url.path == "/staff/login"
    fields = {"name": "lan", "password": PASSWORD, "next": "/staff/account"}
    assert browser.post("/staff/login", **fields).url.path == "/staff/account"
    for elsewhere in ("https://evil.example/staff", "//evil.example", "/staff//evil.example"):
        again = browser.client.get(
            "/staff/login", params={"next": elsewhere}, follow_redirects=False
        )
        assert again.headers["location"] == "/staff"


def test_the_session_cookie_is_out_of_reach_of_scripts_and_of_other_sites(browser: Browser) -> None:
    browser.get("/staff/login")
    answer = browser.client.post(
        "/staff/login",
        data={"csrf": browser.token, "name": "lan", "password": PASSWORD},
        follow_redirects=False,
    )
    (cookie,) = (c for c in answer.headers.get_list("set-cookie") if c.startswith("letan_staff="))
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Path=/staff" in cookie
    page = browser.get("/staff")
    assert "unsafe" not in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"


def test_a_forged_or_stolen_cookie_value_opens_nothing(browser: Browser, own_desk: Desk) -> None:
    browser.sign_in("binh")
    hashed = read_value(own_desk.library.engine, "SELECT id FROM staff_session")
    browser.client.cookies.clear()
    for value in (hashed, "x.y", ""):
        browser.client.cookies.set("letan_staff", value, path="/staff")
        assert browser.get("/staff").url.path == "/staff/login"
        browser.client.cookies.clear()


def test_signing_out_ends_the_session_for_whoever_copied_it(browser: Browser) -> None:
    browser.sign_in("lan")
    copied = browser.client.cookies["letan_staff"]
    assert browser.post("/staff/logout").url.path == "/staff/login"
    browser.client.cookies.set("letan_staff", copied, path="/staff")
    assert browser.get("/staff").url.path == "/staff/login"


def test_an_initial_password_must_be_changed_before_anything_else(own_desk: Desk) -> None:
    initial = accounts_of(own_desk).add("moi", "Người Mới", Role.ADMIN, by="test")
    with at_work(own_desk) as browser:
        assert browser.sign_in("moi", initial).url.path == "/staff/password"
        assert browser.get("/staff/accounts").url.path == "/staff/password"
        short = browser.post("/staff/password", old=initial, new="ngắn", again="ngắn")
        assert short.status_code == 422 and "ít nhất 10 ký tự" in short.text
        twice = browser.post("/staff/password", old=initial, new=PASSWORD, again="khác hẳn rồi")
        assert "chưa giống nhau" in twice.text
        done = browser.post("/staff/password", old=initial, new=PASSWORD, again=PASSWORD)
        assert done.url.path == "/staff" and "Đã đổi mật khẩu." in done.text
        assert "Đã đổi mật khẩu." not in browser.get("/staff").text


def test_each_role_sees_what_it_may_and_is_told_what_it_may_not(browser: Browser) -> None:
    for name, (display_name, role) in PEOPLE.items():
        assert display_name in browser.sign_in(name).text
        seen = browser.get("/staff/accounts")
        assert seen.status_code == (200 if role is Role.ADMIN else 403)
        if role is not Role.ADMIN:
            assert "Việc này cần quyền “Quản trị”" in seen.text
            assert "/staff/accounts" not in browser.get("/staff").text
        browser.post("/staff/logout")


def test_an_admin_adds_people_changes_roles_and_closes_accounts(browser: Browser) -> None:
    browser.sign_in("binh")
    added = browser.post("/staff/accounts", name="Tú", display_name="Đỗ Tú", role="clerk")
    assert added.status_code == 422 and "chữ thường không dấu" in added.text
    added = browser.post("/staff/accounts", name="Tu.D", display_name="Đỗ Tú", role="clerk")
    initial = re.search(r"tu\.d</b>: <code>([^<]+)", added.text, re.I)
    assert initial
    assert "đã có người dùng" in browser.post(
        "/staff/accounts", name="tu.d", display_name="Khác", role="clerk"
    ).text  # fmt: skip
    assert "Đã đổi quyền" in browser.post("/staff/accounts/lan/role", role="editor").text
    assert "Đã khóa" in browser.post("/staff/accounts/lan/open").text
    last = browser.post("/staff/accounts/binh/role", role="clerk")
    assert last.status_code == 409 and "quản trị viên cuối cùng" in last.text
    log = browser.get("/staff/log").text
    assert all(said in log for said in ("thêm tài khoản", "đổi quyền", "<b>khóa</b>"))
    assert initial[1] not in log
    browser.post("/staff/logout")
    assert browser.sign_in("lan").status_code == 401


def test_many_attempts_from_one_place_are_slowed_down(own_desk: Desk) -> None:
    settings = SETTINGS.model_copy(update={"attempts_per_minute": 3})
    with at_work(own_desk, settings=settings) as browser:
        answers = [browser.sign_in("ai-do", "sai").status_code for _ in range(4)]
    assert answers == [401, 401, 401, 429]


def test_the_sign_in_form_does_not_work_from_another_browser(browser: Browser) -> None:
    browser.get("/staff/login")
    browser.client.cookies.clear()
    assert browser.post("/staff/login", name="lan", password=PASSWORD).status_code == 403


def test_a_second_factor_is_asked_for_and_works_once(own_desk: Desk) -> None:
    hire(own_desk)
    with at_work(own_desk, "lan") as browser:
        page = browser.get("/staff/account/totp")
        secret = re.search(r'name="secret" value="([A-Z2-7]+)"', page.text)
        assert secret and "<svg" in page.text
        totp = pyotp.TOTP(secret[1])
        wrong = browser.post("/staff/account/totp", secret=secret[1], code="000000")
        assert wrong.status_code == 422
        code = totp.at(MORNING)
        assert "Đã bật" in browser.post("/staff/account/totp", secret=secret[1], code=code).text
        browser.post("/staff/logout")
        asked = browser.sign_in("lan")
        half = re.search(r'name="half" value="([^"]+)"', asked.text)
        assert half and browser.get("/staff").url.path == "/staff/login"
        browser.get("/staff/login")
        assert browser.post("/staff/login", half="x" + half[1], code=code).status_code == 401
        assert browser.post("/staff/login", half=half[1], code="123 456").status_code == 401
        assert browser.post("/staff/login", half=half[1], code=code).url.path == "/staff"
        browser.post("/staff/logout")
        browser.get("/staff/login")
        again = browser.post("/staff/login", half=half[1], code=code)
        assert again.status_code == 401 and "đã dùng" in again.text
        browser.sign_in("lan")
        half = re.search(r'name="half" value="([^"]+)"', browser.sign_in("lan").text)
        assert half
        next_code = totp.at(MORNING + timedelta(seconds=30))
        browser.post("/staff/login", half=half[1], code=next_code)
        assert browser.post("/staff/account/totp/off", password="sai").status_code == 422
        assert "Đã tắt" in browser.post("/staff/account/totp/off", password=PASSWORD).text


def test_five_wrong_passwords_lock_an_account_for_all_workers_and_time_opens_it(
    accounts: Accounts, clock: Clock
) -> None:
    accounts.add("lan", "Lan", Role.CLERK, by="test", password=PASSWORD)
    for _ in range(SETTINGS.lock_after):
        assert accounts.check("lan", "sai rồi") is None
    assert accounts.check("lan", PASSWORD) is None
    clock.moment += timedelta(minutes=SETTINGS.lock_minutes, seconds=1)
    found = accounts.check(" LAN ", PASSWORD)
    assert found is not None
    accounts.sign_in(found)
    for _ in range(SETTINGS.lock_after - 1):
        accounts.check("lan", "sai rồi")
    assert accounts.check("lan", PASSWORD) is not None
    store = KnowledgeStore(accounts._engine)
    assert [line.action for line in store.audit(subject="account:lan")].count("lock_account") == 1


def test_a_session_ends_when_it_is_old_or_unused(accounts: Accounts, clock: Clock) -> None:
    accounts.add("lan", "Lan", Role.CLERK, by="test", password=PASSWORD)
    account = accounts.find("lan")
    assert account is not None
    session = accounts.sign_in(account)
    for _ in range(int(SETTINGS.session_hours * 60 / 50)):
        clock.moment += timedelta(minutes=50)
        assert accounts.find_session(session.token) is not None
    clock.moment += timedelta(minutes=50)
    assert accounts.find_session(session.token) is None
    other = accounts.sign_in(account)
    clock.moment += timedelta(minutes=61)
    assert accounts.find_session(other.token) is None


def test_an_account_older_than_a_session_may_be_signs_in_like_any_other(
    accounts: Accounts, clock: Clock
) -> None:
    accounts.add("lan", "Lan", Role.CLERK, by="test", password=PASSWORD)
    clock.moment += timedelta(days=30)
    account = accounts.find("lan")
    assert account is not None
    assert accounts.find_session(accounts.sign_in(account).token) is not None


def test_a_new_password_ends_the_other_sessions_and_a_reset_ends_all(accounts: Accounts) -> None:
    initial = accounts.add("lan", "Lan", Role.CLERK, by="test")
    account = accounts.check("lan", initial)
    assert account is not None and account.must_change
    here, elsewhere = accounts.sign_in(account), accounts.sign_in(account)
    with pytest.raises(AccountError, match="chưa đúng"):
        accounts.change_password(here, "sai", PASSWORD)
    with pytest.raises(AccountError, match="dễ đoán"):
        accounts.change_password(here, initial, "lan lan lan lan")
    accounts.change_password(here, initial, PASSWORD)
    assert accounts.find_session(elsewhere.token) is None
    assert accounts.find_session(here.token) is not None
    accounts.reset_password("lan", by="binh")
    assert accounts.find_session(here.token) is None


def test_no_password_and_no_token_is_stored_readable(accounts: Accounts) -> None:
    accounts.add("lan", "Lan", Role.CLERK, by="test", password=PASSWORD)
    account = accounts.find("lan")
    assert account is not None
    session = accounts.sign_in(account)
    engine = accounts._engine
    assert read_value(engine, "SELECT password_hash FROM staff_account").startswith("$argon2id$")
    assert read_value(engine, "SELECT id FROM staff_session") != session.token


def test_two_workers_sign_with_the_same_key(accounts: Accounts) -> None:
    assert accounts.signing_key() == accounts.signing_key()
    assert len(accounts.signing_key()) >= 40


def test_second_factors_are_stored_encrypted_and_old_bare_ones_are_sealed(
    accounts: Accounts, clock: Clock
) -> None:
    accounts.add("lan", "Lan", Role.CLERK, by="test", password=PASSWORD)
    account = accounts.find("lan")
    assert account is not None
    secret = pyotp.random_base32()
    accounts.set_totp(account, secret, pyotp.TOTP(secret).at(clock.moment))
    engine = accounts._engine
    stored = read_value(engine, "SELECT totp_secret FROM staff_account")
    assert secret not in stored and SEALING.open_sealed(stored) == secret
    assert accounts.check_code(account.id, pyotp.TOTP(secret).at(clock.moment)) is not None
    with writing(engine) as connection:
        connection.execute(update(StaffAccountRow).values(totp_secret=secret, totp_used=None))
    assert accounts.seal_secrets() == 1
    assert accounts.seal_secrets() == 0
    assert read_value(engine, "SELECT totp_secret FROM staff_account") != secret
    assert accounts.check_code(account.id, pyotp.TOTP(secret).at(clock.moment)) is not None
    other_key = Secrets(Fernet.generate_key().decode())
    elsewhere = Accounts(engine, "hoa-sen", clock, SETTINGS, other_key, QUICK)
    clock.moment += timedelta(seconds=60)
    assert elsewhere.check_code(account.id, pyotp.TOTP(secret).at(clock.moment)) is None


def test_the_key_is_made_once_for_its_owner_alone_and_a_bad_one_says_so(tmp_path: Path) -> None:
    sealed = Secrets.open(tmp_path).seal("bí mật")
    assert Secrets.open(tmp_path).open_sealed(sealed) == "bí mật"
    assert (tmp_path / "staff.key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["staff.key"]
    key = Fernet.generate_key().decode()
    assert Secrets.open(tmp_path, key).open_sealed(sealed) is None
    with pytest.raises(SecretsUnreadable, match="CHANNELS_STAFF_SECRET_KEY"):
        Secrets.open(tmp_path, "ngắn")


def test_a_mistyped_address_is_a_page_with_a_way_back(own_desk: Desk) -> None:
    hire(own_desk)
    with at_work(own_desk, "lan") as browser:
        for path in ("/staff/hop-thu", "/staff/faq/mot", "/staff/procedures?trang=hai",
                     "/staff/inbox/answer"):  # fmt: skip
            page = browser.get(path)
            assert page.status_code == 404 and "có thể đã gõ nhầm" in page.text, path
            assert 'href="/staff"' in page.text and "Nguyễn Thị Lan" in page.text, path
        for path, accept in (("/staff/api/khac", "*/*"), ("/staff/khac", "application/json")):
            told = browser.get(path, headers={"accept": accept})
            assert told.status_code == 404 and told.json()["error"]["code"] == "http_404", path
    with at_work(own_desk) as stranger:
        page = stranger.get("/staff/khac")
        assert page.status_code == 404 and "có thể đã gõ nhầm" in page.text
        assert "Câu hỏi chờ" not in page.text
