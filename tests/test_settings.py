"""`.env.example` names every setting, and nothing else."""

import re
from pathlib import Path

from pydantic_settings import BaseSettings

from assistant.hearing.settings import HearingSettings
from assistant.model.settings import ModelSettings
from assistant.queue_settings import QueueSettings
from assistant.settings import AssistantSettings
from assistant.speaking.settings import VoiceSettings
from channels.group_settings import GroupSettings
from channels.kiosk.settings import KioskSettings
from channels.protection_settings import ProtectionSettings
from channels.settings import ChannelSettings
from channels.staff.settings import StaffSettings
from channels.telegram_settings import TelegramSettings
from channels.zalo_settings import ZaloBotSettings, ZaloOaSettings
from ingest.settings import IngestSettings
from knowledge.settings import KnowledgeSettings, LetanSettings

ROOT = Path(__file__).parent.parent
CLASSES: tuple[type[BaseSettings], ...] = (
    LetanSettings,
    KnowledgeSettings,
    IngestSettings,
    AssistantSettings,
    ModelSettings,
    QueueSettings,
    ChannelSettings,
    GroupSettings,
    TelegramSettings,
    ZaloBotSettings,
    ZaloOaSettings,
    KioskSettings,
    HearingSettings,
    VoiceSettings,
    ProtectionSettings,
    StaffSettings,
)


def test_env_example_lists_every_setting_with_its_default() -> None:
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    example = dict(
        re.findall(r"^#?\s?([A-Z0-9_]+)=(.*)$", line)[0]
        for line in lines
        if re.match(r"^#?\s?[A-Z0-9_]+=", line)
    )
    expected = {}
    for settings in CLASSES:
        prefix = str(settings.model_config.get("env_prefix", ""))
        for name, field in settings.model_fields.items():
            expected[f"{prefix}{name}".upper()] = str(field.default)
    assert example == expected
