"""What Django's own validators of passwords leave open, as OWASP ASVS 4.0.3, 2.1.1 and 2.1.2, wants it."""

import re
from typing import Any

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError


class MinimumLengthValidator(password_validation.MinimumLengthValidator):
    """Several blanks on end count as one."""

    def validate(self, password: str, user: Any = None) -> None:
        super().validate(re.sub(r"\s{2,}", " ", password), user)


class MaximumLengthValidator:
    """So that nobody has the server hash a book."""

    def __init__(self, max_length: int = 128) -> None:
        self.max_length = max_length

    def validate(self, password: str, user: Any = None) -> None:
        if len(password) > self.max_length:
            raise ValidationError(
                f"This password is too long: at most {self.max_length} characters.",
                code="password_too_long",
            )

    def get_help_text(self) -> str:
        return f"Your password can have {self.max_length} characters at most."
