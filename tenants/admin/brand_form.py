"""What the forms of a brand's settings share, in the brand's own admin and in that of the installation."""

from typing import Any

from django import forms

from tenants.contradictions import of_brand


class BrandFormBase(forms.ModelForm):
    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for field, sentence in of_brand(data):
            self.add_error(field if field in self.fields else None, sentence)
        return data
