"""A ward's site on another origin, with a strict policy of its own, to see the widget at work."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates

from channels.door import HERE

# Colours, sizes and rules as careless as those of real sites: none of it may reach the widget.
STYLE = """
:root { font-size: 62.5%; } * { letter-spacing: .02em; }
body { margin: 0; font: 1.7rem/1.6 Georgia, serif; color: #123; background: #eef4f1; }
header { padding: 1.6rem 5vw; background: #0b5345; color: #fff; }
header a { color: #fff; margin-right: 1.6rem; } .site { margin: 0; font-size: 2.2rem; }
main { max-width: 80rem; margin: 2rem auto; padding: 0 2rem; }
button { background: lime; text-transform: uppercase; } p { text-align: justify; }
article { margin: 2rem 0; padding: 1rem 2rem; background: #fff; border-left: .4rem solid #0b5345; }
a { color: #0b5345; }
"""
PAGES = {"/": "Chào mừng đến với phường", "/tin": "Tin tức"}


def policy_for(desk: str) -> str:
    """The Content-Security-Policy of a site that embeds the widget and allows nothing more."""
    return (
        f"default-src 'none'; style-src 'self'; script-src {desk}; connect-src {desk}; "
        "require-trusted-types-for 'script'; base-uri 'none'; form-action 'none'"
    )


def demo_site(desk: str, key: str) -> Starlette:
    """The site; ``desk`` is the origin of the reception desk, ``key`` the office's."""
    templates = Jinja2Templates(HERE / "templates")
    headers = {"Content-Security-Policy": policy_for(desk)}

    async def page(request: Request) -> Response:
        context = {"desk": desk, "key": key, "title": PAGES[request.url.path]}
        response: HTMLResponse = templates.TemplateResponse(
            request, "widget/demo.html", context, headers=headers
        )
        return response

    async def style(request: Request) -> Response:
        return Response(STYLE, media_type="text/css")

    return Starlette(routes=[Route("/demo.css", style), *(Route(path, page) for path in PAGES)])
