"""Columns and expressions that several tables have."""

from typing import Any

from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary
from django.db import models
from django.db.models import Func


def choice(values: Any, **options: Any) -> "models.CharField[str, str]":
    return models.CharField(max_length=20, choices=[(one.value, one.value) for one in values], **options)


class TimeRange(Func):
    """From a moment up to, not including, another: what an exclusion constraint compares."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


SPAN = TimeRange("starts_at", "ends_at", RangeBoundary())
