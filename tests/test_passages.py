"""A procedure cut into citable pieces with stable ids."""

from records import TWO_CASES, paper, record

from knowledge.passages import split

WHOLE = record(
    short_name="Việc thử",
    aliases=("việc thử", "giấy thử"),
    summary="Xác nhận.",
    cases=TWO_CASES,
    documents=(paper("Tờ khai"), paper("Đơn")),
    conditions=("Đủ tuổi",),
    steps=("Lấy số", "Nộp"),
)


def test_every_section_with_text_is_one_passage_and_names_the_procedure() -> None:
    passages = {p.section: p.text for p in split(WHOLE, 3)}
    assert set(passages) == {"name", "summary", "papers", "cases", "conditions", "steps"}
    assert passages["papers"] == "Việc thử. Tờ khai; Đơn"
    assert "mất giấy" in passages["cases"]
    assert all("thử" in text for text in passages.values())


def test_a_bare_record_is_still_found_by_its_name() -> None:
    assert [(p.section, p.text) for p in split(record(), 1)] == [("name", "Xác nhận việc thử")]


def test_names_are_not_repeated() -> None:
    same = record(name="Việc", short_name="Việc", aliases=("Việc", "khác"))
    assert split(same, 1)[0].text == "Việc; khác"


def test_ids_are_stable_and_change_with_text_and_version() -> None:
    def ids(version: int, **more: object) -> set[str]:
        return {p.id for p in split(WHOLE.model_copy(update=more), version)}

    assert ids(1) == ids(1)
    assert not ids(1) & ids(2)
    assert len(ids(1) - ids(1, summary="Khác.")) == 1
    assert all(id_.startswith(f"{WHOLE.code}@1/") for id_ in ids(1))


def test_a_very_long_section_is_cut() -> None:
    long = record(documents=tuple(paper(f"Giấy số {i} dài dòng") for i in range(200)))
    assert max(len(p.text) for p in split(long, 1)) < 1000
