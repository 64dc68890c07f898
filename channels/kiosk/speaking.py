"""`POST /api/kiosk/speech`: a sentence as sound, where the office has set up a voice."""

from typing import Annotated, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, StringConstraints

from assistant.speaking.voice import Voice, VoiceUnavailable
from channels.door import Door, error
from channels.kiosk.sentences import spoken

# Two sentences of at most 20 words, and some: the page never reads more than that aloud.
MOST_CHARACTERS = 500


class SpeechRequest(BaseModel):
    """The body of `POST /api/kiosk/speech`."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[
        str, StringConstraints(min_length=1, max_length=MOST_CHARACTERS, strip_whitespace=True)
    ]
    language: Literal["vi", "en"] = "vi"


def speaking_routes(door: Door, voice: Voice) -> APIRouter:
    """Sound for the kiosk and the board; 503 tells the page to use the browser's voice."""
    routes = APIRouter()

    @routes.post("/api/kiosk/speech")
    async def speak(body: SpeechRequest) -> Response:
        """The sentence as a WAV."""
        try:
            text = spoken(body.text, body.language)
            sound = await door.workers.run(lambda: voice.speak(text, body.language))
        except VoiceUnavailable:
            return error(503, "no_voice")
        return Response(sound, media_type="audio/wav")

    return routes
