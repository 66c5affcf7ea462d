"""
Where the seal goes on a letter (GB/T 9704 7.3.5.1): upright, centred on name and date, which lie just under its middle.

The letter says it by two marks in its own text, at the beginning and at the end of the date; they are found in the file
as named destinations, so the place follows from what was set and not from what it might have been.
"""

from io import BytesIO

from applications.sealing.base import Place, SealFailed

FROM, TO = "seal-from", "seal-to"
# The middle of the seal above the line between name and date, in points: both lie a little under it, and the top of a
# seal of 42 mm stays within one line of the text.
ABOVE = 2.0


def place_of(pdf: bytes) -> Place:
    """Return the place of the seal. Raises SealFailed for a PDF without the marks: it is not a letter for a seal."""
    import pypdf  # 0.3 s to load, which only a worker that seals pays  # noqa: PLC0415

    reader = pypdf.PdfReader(BytesIO(pdf))
    marks = reader.named_destinations
    if FROM not in marks or TO not in marks:
        raise SealFailed("文书没有标明签章位置，无法签章。")
    start, end = marks[FROM], marks[TO]
    page = reader.get_destination_page_number(start)
    if page is None or page != reader.get_destination_page_number(end):
        raise SealFailed("文书的签章位置跨页，无法签章。")
    return Place(page, (float(start.left or 0) + float(end.left or 0)) / 2, float(start.top or 0) + ABOVE)
