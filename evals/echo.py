"""The floor of every web figure: FastAPI that sends a message back (`python -m evals.echo`)."""

import sys
from importlib.util import find_spec

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel


class Message(BaseModel):
    """What comes in and goes out."""

    message: str


def create_app() -> FastAPI:
    """An application with the one route of the desk and nothing behind it."""
    app = FastAPI(docs_url=None, redoc_url=None)

    @app.post("/api/chat")
    async def chat(body: Message) -> Message:
        return body

    return app


def main(port: int, workers: int) -> None:
    """Serve on a port; several workers share its connections as those of the desk do."""
    uvicorn.run(
        "evals.echo:create_app",
        factory=True,
        port=port,
        workers=workers,
        loop="channels.fair_accept:new_loop" if workers > 1 and find_spec("uvloop") else "auto",
        log_level="warning",
        access_log=False,
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
