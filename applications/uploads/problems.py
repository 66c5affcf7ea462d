"""The one error of this room, apart from `inspecting` so that every check can raise it."""


class BadUpload(ValueError):
    """A file that is not taken. The message is a Chinese sentence for the person who chose the file."""
