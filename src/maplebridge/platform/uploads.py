"""A file of rows that somebody brings on a page: a spreadsheet, not too large, checked before it changes anything."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from maplebridge.platform import waiting_files


class TableFileField(forms.FileField):
    widget = forms.ClearableFileInput(attrs={"class": "form-control", "accept": ".csv,.xlsx,.gz"})

    def clean(self, data: Any, initial: Any = None) -> Any:
        file = super().clean(data, initial)
        if file and file.size > waiting_files.MOST_BYTES:
            raise forms.ValidationError(gettext_lazy("This file is too large. Please split it."))
        return file
