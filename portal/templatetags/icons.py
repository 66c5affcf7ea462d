"""Icons as inline SVG: sixteen small drawings of our own instead of an icon font of a hundred kilobytes."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

# Strokes on a grid of 16 × 16, drawn with round ends in the colour of the text around them.
DRAWINGS: dict[str, str] = {
    "alert": '<path d="M8 2 1.5 13.5h13L8 2Z"/><path d="M8 6.5v3.25M8 11.6v.15"/>',
    "arrow-left": '<path d="M13 8H3M7 4 3 8l4 4"/>',
    "arrow-right": '<path d="M3 8h10M9 4l4 4-4 4"/>',
    "check": '<path d="m3 8.5 3.25 3.25L13 4.75"/>',
    "clock": '<circle cx="8" cy="8" r="6"/><path d="M8 4.5V8l2.5 1.75"/>',
    "copy": '<path d="M5.5 5.5h8v8h-8z"/><path d="M10.5 5.5v-3h-8v8h3"/>',
    "cross": '<path d="m4 4 8 8m0-8-8 8"/>',
    "down": '<path d="m3.5 6 4.5 4.5L12.5 6"/>',
    "download": '<path d="M8 2.5v8M4.5 7 8 10.5 11.5 7M2.5 13.5h11"/>',
    "edit": '<path d="m3 13 .75-3L10.5 3.25l2.25 2.25L6 12.25 3 13Z"/>',
    "file": '<path d="M3.5 1.75h5.75l3.25 3.25v9.25h-9V1.75Z"/><path d="M9.25 1.75V5h3.25"/>',
    "info": '<circle cx="8" cy="8" r="6"/><path d="M8 7.25v4M8 4.75v.15"/>',
    "lock": '<path d="M3.5 7h9v6.5h-9z"/><path d="M5.25 7V5a2.75 2.75 0 0 1 5.5 0v2"/>',
    "person": '<circle cx="8" cy="5.25" r="2.75"/><path d="M2.75 14c.5-3 2.5-4.25 5.25-4.25S12.75 11 13.25 14"/>',
    "print": '<path d="M4.5 6V2.5h7V6M4.5 12h-2V6h11v6h-2"/><path d="M4.5 9.5h7v4h-7z"/>',
    "search": '<circle cx="7" cy="7" r="4.5"/><path d="m10.5 10.5 3.25 3.25"/>',
    "upload": '<path d="M8 10.5v-8M4.5 6 8 2.5 11.5 6M2.5 13.5h11"/>',
}

SILENT = mark_safe('aria-hidden="true"')


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """
    Draw the icon of this name, one em high. Without a label it is hidden from screen readers: the word beside it
    speaks.

    Raises KeyError for a name that is not drawn.
    """
    drawing = mark_safe(DRAWINGS[name])  # noqa: S308 - constants of this module
    spoken = format_html('role="img" aria-label="{}"', label) if label else SILENT
    return format_html(
        '<svg class="icon" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.5"'
        ' stroke-linecap="round" stroke-linejoin="round" {}>{}</svg>',
        spoken,
        drawing,
    )
