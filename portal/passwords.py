"""Rules of passwords: their length, and the composition that 等保三级 asks for (see PASSWORD_POLICY)."""

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import ValidationError

KINDS = (str.islower, str.isupper, str.isdigit, lambda letter: not letter.isalnum())
WANTED = 3


class LengthValidator(MinimumLengthValidator):
    """Django's own, whose sentences have no Chinese translation."""

    def get_error_message(self) -> str:
        """Say what is wrong."""
        return f"密码太短，至少需要 {self.min_length} 个字符。"

    def get_help_text(self) -> str:
        """Return the rule as a sentence for the form."""
        return f"密码至少需要 {self.min_length} 个字符。"


class CompositionValidator:
    """Wants three of: lower case, upper case, digit, other sign."""

    def validate(self, password: str, user: object = None) -> None:
        """Raise ValidationError when fewer than three kinds of signs occur."""
        found = sum(any(kind(letter) for letter in password) for kind in KINDS)
        if found < WANTED:
            raise ValidationError(self.get_help_text(), code="password_composition")

    def get_help_text(self) -> str:
        """Return the rule as a sentence for the form."""
        return "密码须包含大写字母、小写字母、数字、符号中的至少三类。"
