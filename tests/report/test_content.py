import dataclasses

import pytest

from fondo.report.content import ReportContent


def test_only_task_and_target_are_needed() -> None:
    assert ReportContent("TableRegressor", "price").model == "TableRegressor for “price”"


def test_content_cannot_change() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        ReportContent("T", "y").task = "U"  # type: ignore[misc]


def test_every_field_is_documented() -> None:
    for field in dataclasses.fields(ReportContent):
        assert f"    {field.name} : " in (ReportContent.__doc__ or "")
