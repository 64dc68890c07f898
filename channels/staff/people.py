"""The accounts of the office; for the admin."""

from fastapi import APIRouter, Request, Response

from channels.door import Door
from channels.staff.access import Admin, console_of, form_of, leave, show, work
from channels.staff.accounts import AccountError, Role


def people_routes(door: Door) -> APIRouter:
    """`/staff/accounts`."""
    routes = APIRouter()

    @routes.get("/staff/accounts")
    async def accounts_page(request: Request, staff: Admin) -> Response:
        return await _page(request, staff)

    @routes.post("/staff/accounts")
    async def add(request: Request, staff: Admin) -> Response:
        form = await form_of(request)
        name, display_name = str(form.get("name", "")), str(form.get("display_name", ""))
        accounts = console_of(request).accounts
        try:
            role = _role(form.get("role"))
            initial = await work(
                request, lambda: accounts.add(name, display_name, role, by=staff.name)
            )
        except AccountError as problem:
            return await _page(request, staff, problem=str(problem), typed=dict(form), status=422)
        return await _page(request, staff, initial=(name, initial))

    @routes.post("/staff/accounts/{name}/role")
    async def role(request: Request, staff: Admin, name: str) -> Response:
        wanted = _role((await form_of(request)).get("role"))
        accounts = console_of(request).accounts
        await work(request, lambda: accounts.set_role(name, wanted, by=staff.name))
        return leave(request, "/staff/accounts", f"Đã đổi quyền của {name}.")

    @routes.post("/staff/accounts/{name}/password")
    async def reset(request: Request, staff: Admin, name: str) -> Response:
        accounts = console_of(request).accounts
        initial = await work(request, lambda: accounts.reset_password(name, by=staff.name))
        return await _page(request, staff, initial=(name, initial))

    @routes.post("/staff/accounts/{name}/open")
    async def open_or_close(request: Request, staff: Admin, name: str) -> Response:
        disabled = (await form_of(request)).get("open") != "1"
        accounts = console_of(request).accounts
        await work(request, lambda: accounts.set_disabled(name, disabled, by=staff.name))
        said = f"Đã khóa tài khoản {name}." if disabled else f"Đã mở lại tài khoản {name}."
        return leave(request, "/staff/accounts", said)

    return routes


def _role(value: object) -> Role:
    try:
        return Role(str(value))
    except ValueError as problem:
        raise AccountError("Hãy chọn một quyền trong danh sách.") from problem


async def _page(
    request: Request,
    staff: Admin,
    *,
    problem: str = "",
    typed: object = None,
    initial: tuple[str, str] | None = None,
    status: int = 200,
) -> Response:
    console = console_of(request)
    return await show(
        request,
        staff,
        "staff/accounts.html",
        lambda: {
            "accounts": console.accounts.all(), "roles": list(Role), "problem": problem,
            "typed": typed or {}, "initial": initial,
        },
        status=status,
    )  # fmt: skip
