"""What people type in of a time zone, hours and holidays, checked."""

from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError

from backend.people.calendars import check_holidays, read_hours


def clean_time_zone(name: str) -> str:
    """Raises ValidationError."""
    if name and name not in available_timezones():
        raise ValidationError(f"“{name}” is no time zone: write it like Europe/Berlin.")
    return name


class CalendarForm(forms.ModelForm):
    def clean_time_zone(self) -> str:
        return clean_time_zone(self.cleaned_data["time_zone"])

    def clean_working_hours(self) -> str:
        text: str = self.cleaned_data["working_hours"]
        try:
            read_hours(text)
        except ValueError as error:
            raise ValidationError(str(error)) from error
        return text

    def clean_holidays_country(self) -> str:
        return str(self.cleaned_data["holidays_country"]).upper()

    def clean_holidays_subdivision(self) -> str:
        part = str(self.cleaned_data["holidays_subdivision"]).upper()
        try:
            check_holidays(self.cleaned_data.get("holidays_country", ""), part)
        except ValueError as error:
            raise ValidationError(str(error)) from error
        return part
