"""The composition rule that 等保三级 asks for; off by default (see PASSWORD_POLICY)."""

from django.core.exceptions import ValidationError

KINDS = (str.islower, str.isupper, str.isdigit, lambda letter: not letter.isalnum())
WANTED = 3


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
