"""The floor of every web figure: FastAPI that sends a message back (`python -m evals.echo`)."""

import sys

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


if __name__ == "__main__":
    uvicorn.run(create_app(), port=int(sys.argv[1]), log_level="warning", access_log=False)
