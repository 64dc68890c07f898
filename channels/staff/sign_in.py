"""Signing in and out, the first password, the second factor."""

import secrets
from collections.abc import Callable

import pyotp
import segno
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from itsdangerous import BadSignature
from markupsafe import Markup

from channels.door import Door
from channels.staff.access import (
    PASSWORD,
    SESSION_COOKIE,
    Clerk,
    StaleForm,
    console_of,
    find_session,
    form_of,
    leave,
    set_cookie,
    show,
    work,
)
from channels.staff.accounts import SHORTEST_PASSWORD, Account, AccountError

# Before anyone is signed in, a cookie of its own ties the form to the browser.
FORM_COOKIE = "letan_form"
HALF_WAY_SECONDS = 300
WRONG = (
    "Tên đăng nhập hoặc mật khẩu chưa đúng. Sai {times} lần liên tiếp thì tài khoản tạm khóa "
    "{minutes:.0f} phút; quên mật khẩu thì nhờ quản trị viên cấp lại."
)
TOO_OFTEN = "Thử quá nhiều lần. Hãy đợi một phút rồi đăng nhập lại."
CODE_WRONG = "Mã xác thực chưa đúng hoặc đã dùng. Hãy đợi mã mới trên điện thoại rồi nhập lại."
HALF_WAY_OVER = "Đã quá 5 phút, hãy đăng nhập lại từ đầu."


def sign_in_routes(door: Door) -> APIRouter:
    """`/staff/login`, `/staff/logout`, the password and the second factor of one's own."""
    routes = APIRouter()

    @routes.get("/staff/login")
    async def sign_in_page(request: Request, next: str = "/staff") -> Response:
        if await find_session(request):
            return RedirectResponse(_inside(next), status_code=303)
        return await _form(request, next=next)

    @routes.post("/staff/login")
    async def sign_in(request: Request) -> Response:
        form = await form_of(request)
        console = console_of(request)
        _check_form_cookie(request, str(form.get("csrf", "")))
        onward = _inside(str(form.get("next", "")))
        address = request.client.host if request.client else "?"
        if not console.throttle.hit(console.attempts, "sign_in", address):
            return await _form(request, next=onward, problem=TOO_OFTEN, status=429)
        accounts = console.accounts
        if half := str(form.get("half", "")):
            try:
                account_id = console.signed_for_minutes.loads(half, max_age=HALF_WAY_SECONDS)
            except BadSignature:
                return await _form(request, next=onward, problem=HALF_WAY_OVER, status=401)
            code = str(form.get("code", ""))
            account = await work(request, lambda: accounts.check_code(int(account_id), code))
            if account is None:
                return await _form(request, next=onward, problem=CODE_WRONG, half=half, status=401)
            return await _signed_in(request, account, onward)
        name, password = str(form.get("name", "")), str((await request.form()).get("password", ""))
        account = await work(request, lambda: accounts.check(name, password))
        if account is None:
            sentence = WRONG.format(
                times=console.settings.lock_after, minutes=console.settings.lock_minutes
            )
            return await _form(request, next=onward, problem=sentence, name=name, status=401)
        if account.has_totp:
            half = console.signed_for_minutes.dumps(account.id)
            return await _form(request, next=onward, half=half)
        return await _signed_in(request, account, onward)

    @routes.post("/staff/logout")
    async def sign_out(request: Request, staff: Clerk) -> Response:
        accounts = console_of(request).accounts
        await work(request, lambda: accounts.sign_out(staff.session.token))
        response = leave(request, "/staff/login")
        response.delete_cookie(SESSION_COOKIE, path="/staff")
        return response

    @routes.get("/staff/password")
    async def password_page(request: Request, staff: Clerk) -> Response:
        return await show(request, staff, "staff/password.html", _password(staff))

    @routes.post("/staff/password")
    async def change_password(request: Request, staff: Clerk) -> Response:
        form = await request.form()  # as typed: a password may begin with a space
        old, new, again = (str(form.get(field, "")) for field in ("old", "new", "again"))
        accounts = console_of(request).accounts
        try:
            if new != again:
                raise AccountError("Hai lần gõ mật khẩu mới chưa giống nhau.")
            await work(request, lambda: accounts.change_password(staff.session, old, new))
        except AccountError as problem:
            page = _password(staff, str(problem))
            return await show(request, staff, "staff/password.html", page, status=422)
        return leave(request, "/staff", "Đã đổi mật khẩu.")

    @routes.get("/staff/account")
    async def account_page(request: Request, staff: Clerk) -> Response:
        return await show(request, staff, "staff/account.html", lambda: {"problem": ""})

    @routes.get("/staff/account/totp")
    async def totp_page(request: Request, staff: Clerk) -> Response:
        return await _totp_form(request, staff, pyotp.random_base32())

    @routes.post("/staff/account/totp")
    async def totp_on(request: Request, staff: Clerk) -> Response:
        form = await form_of(request)
        secret, code = str(form.get("secret", "")), str(form.get("code", ""))
        accounts = console_of(request).accounts
        try:
            await work(request, lambda: accounts.set_totp(staff.session.account, secret, code))
        except AccountError as problem:
            return await _totp_form(request, staff, secret, str(problem))
        return leave(request, "/staff/account", "Đã bật xác thực hai bước.")

    @routes.post("/staff/account/totp/off")
    async def totp_off(request: Request, staff: Clerk) -> Response:
        password = str((await request.form()).get("password", ""))
        accounts = console_of(request).accounts
        account = await work(request, lambda: accounts.check(staff.name, password))
        if account is None:
            page = {"problem": "Mật khẩu chưa đúng nên chưa tắt."}
            return await show(request, staff, "staff/account.html", lambda: page, status=422)
        await work(request, lambda: accounts.set_totp(account, None))
        return leave(request, "/staff/account", "Đã tắt xác thực hai bước.")

    return routes


def _password(staff: Clerk, problem: str = "") -> Callable[[], dict[str, object]]:
    return lambda: {
        "problem": problem,
        "is_first": staff.session.account.must_change,
        "shortest": SHORTEST_PASSWORD,
    }


async def _totp_form(request: Request, staff: Clerk, secret: str, problem: str = "") -> Response:
    office = console_of(request).door.desk.office_id
    address = pyotp.TOTP(secret, name=staff.name, issuer=f"Le Tan {office}").provisioning_uri()
    picture = Markup(segno.make(address).svg_inline(scale=5, border=4, title="Mã QR để quét"))
    page = {"secret": secret, "picture": picture, "problem": problem}
    status = 422 if problem else 200
    return await show(request, staff, "staff/totp.html", lambda: page, status=status)


async def _signed_in(request: Request, account: Account, onward: str) -> Response:
    console = console_of(request)
    session = await work(request, lambda: console.accounts.sign_in(account))
    response = leave(request, PASSWORD if account.must_change else onward)
    set_cookie(request, response, SESSION_COOKIE, console.signed.dumps(session.token))
    response.delete_cookie(FORM_COOKIE, path="/staff")
    return response


async def _form(
    request: Request,
    *,
    next: str,
    problem: str = "",
    name: str = "",
    half: str = "",
    status: int = 200,
) -> Response:
    nonce = request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(24)
    page = {
        "problem": problem, "name": name, "half": half, "next": _inside(next),
        "form_token": console_of(request).signed.dumps(["form", nonce]),
    }  # fmt: skip
    response = await show(request, None, "staff/login.html", lambda: page, status=status)
    set_cookie(request, response, FORM_COOKIE, nonce)
    return response


def _check_form_cookie(request: Request, token: str) -> None:
    try:
        signed = console_of(request).signed.loads(token)
    except BadSignature:
        signed = None
    if signed != ["form", request.cookies.get(FORM_COOKIE)]:
        raise StaleForm("Trang đăng nhập đã cũ. Hãy mở lại trang rồi đăng nhập.")


def _inside(path: str) -> str:
    """A path of the console to go on to; anything else would let a link lead elsewhere."""
    is_ours = path == "/staff" or path.startswith(("/staff/", "/staff?"))
    return path if is_ours and "\\" not in path and "//" not in path else "/staff"
