"""
One PDF out of many, written straight to its file: of the pages only their places are kept in memory.

A library's writer holds every object until the end, which for a thousand letters is several times their size. Here the
objects of one paper are copied under new numbers, and then the paper is let go. What belongs to a whole paper and not
to its pages (its own bookmarks, forms, structure) is left behind.
"""

from collections import deque
from dataclasses import dataclass
from typing import IO, Any

from pypdf import PdfReader
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

CATALOG, PAGES = 1, 2  # written last, numbered first
OF_THE_WHOLE = ("/Parent", "/StructParents", "/B")  # keys of a page that lead to its paper


@dataclass(frozen=True)
class Title:
    """A bookmark: its text, and the page it leads to, counted from 0 behind the front pages."""

    text: str
    page: int


class Merger:
    """Writes papers one after the other into a file; `finish` writes the tree of pages, bookmarks and the table."""

    def __init__(self, out: IO[bytes]):
        self._out = out
        self._places: dict[int, int] = {}
        self._next = PAGES + 1
        self._front: list[int] = []
        self._pages: list[int] = []
        out.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")

    def add(self, file: IO[bytes]) -> int:
        """Append the pages of a paper and return how many they are."""
        found = self._copy(file)
        self._pages += found
        return len(found)

    def add_front(self, file: IO[bytes]) -> None:
        """Put the pages of a paper in front of all others, behind those already put there; numbered i, ii, …"""
        self._front += self._copy(file)

    def finish(self, titles: list[Title] | None = None) -> None:
        """Write what holds the pages together; nothing can be added afterwards."""
        kids = [self._ref(number) for number in self._front + self._pages]
        tree = {"/Type": NameObject("/Pages"), "/Count": NumberObject(len(kids)), "/Kids": ArrayObject(kids)}
        self._write(PAGES, _dictionary(tree))
        catalog = {"/Type": NameObject("/Catalog"), "/Pages": self._ref(PAGES)}
        if titles:
            catalog |= {"/Outlines": self._ref(self._outline(titles)), "/PageMode": NameObject("/UseOutlines")}
        if self._front:
            roman = DictionaryObject({NameObject("/S"): NameObject("/r")})
            plain = DictionaryObject({NameObject("/S"): NameObject("/D")})
            labels = ArrayObject([NumberObject(0), roman, NumberObject(len(self._front)), plain])
            catalog["/PageLabels"] = DictionaryObject({NameObject("/Nums"): labels})
        self._write(CATALOG, _dictionary(catalog))
        self._table()

    def _copy(self, file: IO[bytes]) -> list[int]:
        """Copy every object that the pages of a paper reach, under new numbers, and return those of the pages."""
        reader = PdfReader(file)
        numbers: dict[tuple[int, int], int] = {}
        waiting: deque[tuple[int, Any]] = deque()
        pages = []
        for page in reader.pages:
            number = self._take()
            pages.append(number)
            if reference := page.indirect_reference:
                numbers[reference.idnum, reference.generation] = number
            waiting.append((number, DictionaryObject({k: page.raw_get(k) for k in page if k not in OF_THE_WHOLE})))

        def renumbered(value: Any) -> Any:
            if isinstance(value, IndirectObject):
                key = (value.idnum, value.generation)
                if key not in numbers:
                    numbers[key] = self._take()
                    waiting.append((numbers[key], value.get_object()))
                return self._ref(numbers[key])
            if isinstance(value, ArrayObject):
                return ArrayObject(renumbered(part) for part in value)
            if isinstance(value, DictionaryObject):
                kept = {key: renumbered(value.raw_get(key)) for key in value}
                return _stream(kept, value) if isinstance(value, StreamObject) else _dictionary(kept)
            return value

        of_pages = set(pages)
        while waiting:
            number, value = waiting.popleft()
            copy = renumbered(value)
            if number in of_pages:
                copy[NameObject("/Parent")] = self._ref(PAGES)
            self._write(number, copy)
        reader.resolved_objects.clear()  # a reader is in a circle with its objects, and would keep all they hold
        return pages

    def _outline(self, titles: list[Title]) -> int:
        """Write the bookmarks as one flat list and return the number of what holds it."""
        root = self._take()
        numbers = [self._take() for _ in titles]
        for position, (number, title) in enumerate(zip(numbers, titles, strict=True)):
            target = ArrayObject([self._ref(self._pages[title.page]), NameObject("/Fit")])
            item = {"/Title": TextStringObject(title.text), "/Parent": self._ref(root), "/Dest": target}
            if position:
                item["/Prev"] = self._ref(numbers[position - 1])
            if position + 1 < len(numbers):
                item["/Next"] = self._ref(numbers[position + 1])
            self._write(number, _dictionary(item))
        ends = {"/First": self._ref(numbers[0]), "/Last": self._ref(numbers[-1])}
        outline = {"/Type": NameObject("/Outlines"), "/Count": NumberObject(len(numbers)), **ends}
        self._write(root, _dictionary(outline))
        return root

    def _take(self) -> int:
        self._next += 1
        return self._next - 1

    def _ref(self, number: int) -> IndirectObject:
        return IndirectObject(number, 0, None)

    def _write(self, number: int, value: Any) -> None:
        self._places[number] = self._out.tell()
        self._out.write(b"%d 0 obj\n" % number)
        value.write_to_stream(self._out)
        self._out.write(b"\nendobj\n")

    def _table(self) -> None:
        place = self._out.tell()
        self._out.write(b"xref\n0 %d\n0000000000 65535 f \n" % self._next)
        self._out.writelines(b"%010d 00000 n \n" % self._places[number] for number in range(1, self._next))
        root = b"trailer\n<< /Size %d /Root %d 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        self._out.write(root % (self._next, CATALOG, place))


def _dictionary(values: dict[Any, Any]) -> DictionaryObject:
    return DictionaryObject({NameObject(key): value for key, value in values.items()})


def _stream(kept: dict[Any, Any], original: StreamObject) -> StreamObject:
    """Return a stream with these entries and the bytes as they stand in the file, packed as they were."""
    copy = StreamObject()
    copy.update(_dictionary(kept))
    copy.pop("/Length", None)
    copy._data = original._data  # the bytes before any filter; get_data() would unpack them
    return copy
