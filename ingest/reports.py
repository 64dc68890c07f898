"""What became of the files that were given to be read, and how far the reading has come."""

from dataclasses import dataclass, field

from ingest.importing import ImportReport


@dataclass
class FileReport:
    """What became of one file.

    ``outcome``: "imported" (portal records), "read", "unchanged", "refused". ``problems`` are
    Vietnamese sentences; a refused file has its reason as the only one.
    """

    source: str
    outcome: str
    kind: str = "unknown"
    file_id: int | None = None
    read_how: str = ""
    pages: int = 0
    procedures: int = 0
    doubtful_fields: int = 0
    proposals: int = 0
    passages: int = 0
    codes_listed: int = 0
    codes_new: int = 0
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0
    records: ImportReport | None = None


@dataclass
class Report:
    """What became of every file; ``touched`` when residents' answers changed (portal records)."""

    files: list[FileReport] = field(default_factory=list)

    @property
    def touched(self) -> bool:
        return any(file.records is not None and file.records.touched for file in self.files)


@dataclass(frozen=True)
class Step:
    """Progress: file ``number`` of ``total``, and pages (or records) done in it.

    ``pages`` is None while it is not known.
    """

    source: str
    number: int
    total: int
    done: int = 0
    pages: int | None = None
