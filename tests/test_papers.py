"""Residents' names of papers, matched with the papers of a record."""

import pytest
from records import CODE, paper, record

from assistant.papers import is_conditional, kinds_of, mentions, shipped_papers, status_of
from knowledge.procedures import NotNeeded

KINDS = {one.id: one for one in shipped_papers()}


@pytest.mark.parametrize(
    ("message", "kinds"),
    [
        ("tôi có CCCD với giấy chứng sinh rồi", ["identity_card", "birth_notice"]),
        ("co so hong va ban ve roi", ["land_certificate", "drawings"]),
        ("có sổ hộ khẩu, giấy độc thân", ["household_book", "single_paper"]),
        ("phải xin xác nhận của tổ trưởng dân phố", ["neighbourhood_confirmation"]),
        ("giấy ra viện với chứng minh thư", ["hospital_discharge", "identity_card"]),
        ("cho xem sơ đồ quy hoạch", []),
        ("nộp ở đâu", []),
    ],
)
def test_papers_are_found_as_people_call_them(message: str, kinds: list[str]) -> None:
    assert [mention.paper.id for mention in mentions(message)] == kinds


def test_the_longer_name_holds_where_two_overlap() -> None:
    (only,) = mentions("hợp đồng thuê nhà công chứng")
    assert only.paper.id == "notarised_lease"


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("Căn cước, hộ chiếu hoặc căn cước điện tử trên VNeID", {"identity_card"}),
        ("Phiếu thu nhận thông tin căn cước (CC01)", set()),
        ("Giấy tờ về đất (sổ đỏ, sổ hồng hoặc giấy tờ khác)", {"land_certificate"}),
        ("Phương án tổ chức giao thông (sơ đồ)", set()),
        ("Hợp đồng thuê nhà công chứng", {"notarised_lease"}),
    ],
)
def test_a_record_names_a_paper_where_an_alternative_begins_with_it(
    name: str, kinds: set[str]
) -> None:
    assert kinds_of(name) == kinds


def test_each_name_a_resident_uses_belongs_to_one_kind() -> None:
    owners: dict[str, str] = {}
    for kind in shipped_papers():
        for said in kind.says:
            assert owners.setdefault(said, kind.id) == kind.id, said


def test_the_status_of_a_paper_comes_from_the_record() -> None:
    procedure = record(
        CODE,
        documents=(
            paper("Giấy chứng sinh"),
            paper("Văn bản ủy quyền", when="chỉ khi nhờ người khác"),
            paper("Căn cước của người nộp", when="chỉ cần đọc số định danh"),
        ),
        not_needed=(NotNeeded(name="Sổ hộ khẩu giấy", rule="đã bỏ từ 1/1/2023"),),
    )
    needs = {
        kind: status_of(KINDS[kind], procedure).need
        for kind in (
            "birth_notice", "power_of_attorney", "identity_card", "household_book", "photo"
        )
    }  # fmt: skip
    assert needs == {
        "birth_notice": "needed",
        "power_of_attorney": "sometimes",
        "identity_card": "needed",
        "household_book": "not_needed",
        "photo": "not_listed",
    }


def test_a_remark_is_a_condition_only_when_it_says_so() -> None:
    assert is_conditional(paper("A", when="chỉ khi nhờ người khác"))
    assert not is_conditional(paper("A", when="chỉ cần đọc số định danh"))
    assert not is_conditional(paper("A"))
