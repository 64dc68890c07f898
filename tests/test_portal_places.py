"""Who receives and who decides, without the level of government that is gone."""

import pytest

from ingest.portal_places import UNKNOWN_PLACE, read_places, reception_place
from knowledge.procedures import Body


@pytest.mark.parametrize(
    ("agency", "body", "receiving"),
    [
        ("Ủy ban nhân dân cấp xã", Body.COMMUNE, "UBND cấp xã"),
        ("Uỷ ban Nhân dân cấp xã, phường, thị trấn", Body.COMMUNE, "UBND cấp xã"),
        ("Chủ tịch UBND cấp xã", Body.COMMUNE, "UBND cấp xã"),
        ("Ủy ban nhân dân cấp xã; Ủy ban nhân dân cấp xã", Body.COMMUNE, "UBND cấp xã"),
        ("Công an cấp Xã", Body.COMMUNE_POLICE, "Công an cấp xã"),
        ("Ban chỉ huy quân sự cấp Xã", Body.COMMUNE_MILITARY, "Ban Chỉ huy quân sự cấp xã"),
        ("Thuế cơ sở", Body.TAX_OFFICE, "Thuế cơ sở"),
        ("Sở Xây dựng", Body.PROVINCE, "Sở Xây dựng"),
        ("Sở Xây dựng - tỉnh An Giang", Body.PROVINCE, "Sở Xây dựng"),
        ("Chi nhánh Văn phòng đăng ký đất đai", Body.LAND_OFFICE,
         "Chi nhánh Văn phòng đăng ký đất đai"),
        ("Sở Xây dựng, Ủy ban nhân dân cấp xã", Body.COMMUNE, "Sở Xây dựng; UBND cấp xã"),
        ("Cục Hàng không Việt Nam", Body.OTHER, "Cục Hàng không Việt Nam"),
    ],
)  # fmt: skip
def test_offices_are_known_by_name(agency: str, body: Body, receiving: str) -> None:
    places = read_places(agency, "")
    assert (places.body, places.receiving) == (body, receiving)
    assert places.unverified == ()


def test_who_decides_is_another_field() -> None:
    places = read_places("Ủy ban nhân dân cấp xã", "Sở Nội vụ")
    assert (places.receiving, places.authority) == ("UBND cấp xã", "Sở Nội vụ")


def test_without_an_authority_the_handling_office_decides() -> None:
    assert read_places("Chủ tịch UBND cấp xã", "").authority == "Chủ tịch UBND cấp xã"


@pytest.mark.parametrize(
    "agency",
    ["Công an huyện", "Phòng Tư Pháp", "Bảo hiểm xã hội cấp Tỉnh, Bảo hiểm xã hội cấp huyện",
     "Chi cục thuế huyện, thành phố", "UBND quận"],
)  # fmt: skip
def test_a_district_office_is_never_named(agency: str) -> None:
    places = read_places(agency, agency)
    said = f"{places.receiving} {places.authority}".lower()
    assert "huyện" not in said
    assert "quận" not in said
    assert "phòng tư pháp" not in said
    assert "cần hỏi lại" in said
    assert {"place", "authority"} <= set(places.unverified)


def test_what_is_left_beside_the_district_office_is_kept() -> None:
    places = read_places("Bảo hiểm xã hội cấp Tỉnh, Bảo hiểm xã hội cấp huyện", "")
    assert places.body is Body.SOCIAL_INSURANCE
    assert places.receiving.startswith("Bảo hiểm xã hội cấp tỉnh (")


def test_without_an_agency_the_steps_may_name_the_commune() -> None:
    places = read_places("", "", "Người dân nộp hồ sơ tại Ủy ban nhân dân cấp xã.")
    assert (places.body, places.receiving) == (Body.COMMUNE, "UBND cấp xã")
    assert read_places("", "", "Người dân nộp hồ sơ.").receiving == UNKNOWN_PLACE


def test_a_sentence_in_the_field_is_no_office() -> None:
    places = read_places("người thực hiện tiến hành như sau: 1) chụp từ bản chính", "")
    assert (places.body, places.receiving) == (Body.OTHER, UNKNOWN_PLACE)
    assert "place" in places.unverified


def test_the_address_of_one_province_is_nobody_elses() -> None:
    assert reception_place("Số 2, đường Số 1, tỉnh Hà Tĩnh", "Cấp tỉnh") is None
    assert reception_place("Công an cấp xã.", "Cấp xã") == "Công an cấp xã"
    assert reception_place("Ban chỉ huy quân sự cấp huyện", "Cấp xã") is None
