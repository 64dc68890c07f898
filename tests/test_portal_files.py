"""Portal files: lists, lines, packed or not, and what is broken in them."""

import gzip
import json
from pathlib import Path

import pytest

from ingest import portal_files
from ingest.portal_files import BrokenLine, read_records

TWO = [{"code": "9.000001"}, {"code": "9.000002"}]


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


@pytest.mark.parametrize("name", ["a.json", "a.json.gz"])
@pytest.mark.parametrize("indent", [None, 2])
def test_a_list_gives_its_elements(tmp_path: Path, name: str, indent: int | None) -> None:
    path = written(tmp_path / name, json.dumps(TWO, indent=indent).encode())
    assert list(read_records(path)) == [(1, TWO[0]), (2, TWO[1])]


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_lines_give_records_with_their_line_number(tmp_path: Path, name: str) -> None:
    content = "\n\n".join(json.dumps(record) for record in TWO).encode()
    assert list(read_records(written(tmp_path / name, content))) == [(1, TWO[0]), (3, TWO[1])]


def test_one_object_is_one_record(tmp_path: Path) -> None:
    path = written(tmp_path / "a.json", b'\xef\xbb\xbf {"code": "9.000001"} \n')
    assert list(read_records(path)) == [(1, {"code": "9.000001"})]


def test_a_list_longer_than_one_chunk_is_read_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portal_files, "CHUNK", 7)
    records = [{"code": f"9.{number:06}", "n": number} for number in range(50)]
    path = written(tmp_path / "a.json", json.dumps(records).encode())
    assert [record for _, record in read_records(path)] == records


@pytest.mark.parametrize("content", [b"", b"[]", b"  \n "])
def test_an_empty_file_has_no_records(tmp_path: Path, content: bytes) -> None:
    assert list(read_records(written(tmp_path / "a.json", content))) == []


def test_a_broken_line_is_told_and_the_next_one_read(tmp_path: Path) -> None:
    content = b'{"code": "9.0000\n[1, 2]\n\xff\xfe\n{"code": "9.000002"}\n'
    first, second, third, last = read_records(written(tmp_path / "a.jsonl", content))
    assert isinstance(first[1], BrokenLine)
    assert isinstance(second[1], BrokenLine)
    assert isinstance(third[1], BrokenLine)
    assert last == (4, {"code": "9.000002"})


def test_a_list_cut_short_gives_what_is_whole(tmp_path: Path) -> None:
    first, broken = read_records(written(tmp_path / "a.json", b'[{"code": "9.000001"}, {"co'))
    assert first == (1, {"code": "9.000001"})
    assert isinstance(broken[1], BrokenLine)


def test_a_packed_file_cut_short_gives_what_is_whole(tmp_path: Path) -> None:
    content = b"".join(
        json.dumps({"code": f"9.{n:06}", "x": n * 7919}).encode() + b"\n" for n in range(5000)
    )
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(content)[:-2000])
    *records, (_, last) = read_records(path)
    assert records
    assert isinstance(last, BrokenLine)
    assert "nén" in last.why


def test_an_endless_line_does_not_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portal_files, "LONGEST_LINE", 100)
    content = b'{"x": "' + b"a" * 500 + b'"}\n{"code": "9.000002"}\n'
    (number, broken), last = read_records(written(tmp_path / "a.jsonl", content))
    assert (number, isinstance(broken, BrokenLine)) == (1, True)
    assert last == (2, {"code": "9.000002"})


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(read_records(tmp_path / "a.json"))
