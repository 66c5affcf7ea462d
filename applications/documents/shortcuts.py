"""
Shorter ways to the same bytes: what WeasyPrint works out again for each box, line and letter, worked out once.

Each function stands for one of the library and answers as it does; whatever is not plain (a percentage, an ellipsis,
a glyph moved up, a face in colour) is left to the library. `install` puts them in place for this process, which has one
font configuration. `tests/applications/test_documents_shortcuts.py` prints every letter both ways and compares bytes.
"""

import copy
from functools import cached_property
from typing import Any

import weasyprint.pdf.stream
from weasyprint.css import AnonymousStyle, ComputedStyle, Style, StyleFor
from weasyprint.css.properties import Dimension
from weasyprint.draw import text as text_drawing
from weasyprint.layout import absolute, block, inline, percent, table
from weasyprint.layout import background as background_layout
from weasyprint.layout import float as floats
from weasyprint.layout import page as page_layout
from weasyprint.pdf.fonts import Font
from weasyprint.text import line_break
from weasyprint.text.constants import PANGO_DIRECTION
from weasyprint.text.ffi import FROM_UNITS, ffi, gobject, pango, unicode_to_char_p
from weasyprint.text.fonts import font_features, get_font_description, get_pango_font_key

LENGTHS = tuple(f"{kind}_{side}" for kind in ("margin", "padding") for side in ("left", "right", "top", "bottom"))
SIZES = ("width", "min_width", "max_width", "height", "min_height", "max_height")
BORDERS = tuple(f"border_{side}_width" for side in ("top", "right", "bottom", "left"))
RADII = tuple(f"border_{corner}_radius" for corner in ("top_left", "top_right", "bottom_right", "bottom_left"))
SQUARE = dict.fromkeys(RADII, (0, 0))

# The functions of the library that the ones below stand for, as they were before.
_set_style = StyleFor.set_computed_styles
_computed = ComputedStyle.__missing__
_inherited = AnonymousStyle.__missing__
_lengths = percent.resolve_percentages
_backgrounds = background_layout.layout_box_backgrounds
_first_line = text_drawing.draw_first_line
_setup = line_break.Layout.setup
_key = line_break._font_style_cache_key
_add_font = weasyprint.pdf.stream.Stream.add_font


def install() -> None:
    """Put the shorter ways in place for this process; the second time changes nothing."""
    StyleFor.set_computed_styles = set_computed_styles
    ComputedStyle.__missing__ = computed
    AnonymousStyle.__missing__ = inherited
    kept = cached_property(anonymous_style)
    kept.__set_name__(Style, "anonymous_style")
    Style.anonymous_style = kept
    for module in (percent, absolute, block, inline, floats, table, page_layout):
        module.resolve_percentages = resolve_percentages
    background_layout.layout_box_backgrounds = layout_box_backgrounds
    text_drawing.draw_first_line = draw_first_line
    line_break.Layout.setup = setup
    line_break._font_style_cache_key = font_style_key
    weasyprint.pdf.stream.Stream.add_font = add_font


# ---- styles ---------------------------------------------------------------------------------------------------------


class Memo(dict[str, Any]):
    """
    The values of a style as they were worked out for an earlier letter, and those of the styles under it.

    A style follows from the style around it and the declarations that apply, which are those of our own sheets. What
    the layout changes in a style afterwards is not kept. `held` keeps the declarations alive, as the keys are their
    addresses.
    """

    def __init__(self, held: Any = None) -> None:
        super().__init__()
        self.held = held
        self.under: dict[Any, Memo] = {}


# Values that stand or fall with what else has been asked of the style, or that belong to one element.
NOT_KEPT = frozenset({"position", "float", "display", "page", "content", "anchor", "link", "lang", "string_set"})


def set_computed_styles(self: Any, element: Any, parent: Any, *rest: Any, **told: Any) -> None:
    """Make the style of an element, with the values that an equal one had in an earlier letter."""
    _set_style(self, element, parent, *rest, **told)
    made = self._computed_styles[element, told.get("pseudo_type", rest[1] if len(rest) > 1 else None)]
    if hasattr(element, "get") and element.get("style"):
        return  # declarations of its own, which end with this letter
    if made.parent_style is None:
        around = made.font_config.__dict__.setdefault("memo", Memo())
    elif (around := made.parent_style.__dict__.get("memo")) is None:
        return
    # The language stands in the page and not in a sheet, so it is made anew for each letter.
    declared = (
        (name, repr(value) if name == "lang" else id(value), str(weight))
        for name, (value, weight) in made.cascaded.items()
    )
    key = (made.pseudo_type, frozenset(declared))
    if key not in around.under:
        around.under[key] = Memo(dict(made.cascaded))
    made.memo = memo = around.under[key]
    made.update(memo)


def computed(self: Any, key: str) -> Any:
    """Work out a value of a style, and keep it for the next letter."""
    value = _computed(self, key)
    memo = self.__dict__.get("memo")
    if memo is not None and key not in NOT_KEPT:
        memo[key] = value
    return value


def inherited(self: Any, key: str) -> Any:
    """Work out a value of the style of a line or another box without element, and keep it for the next letter."""
    value = _inherited(self, key)
    memo = self.__dict__.get("memo")
    if memo is not None and key not in NOT_KEPT:
        memo[key] = value
    return value


def anonymous_style(self: Any) -> AnonymousStyle:
    """Return the style of boxes without element in a box of this style."""
    made = AnonymousStyle(self)
    memo = self.__dict__.get("memo")
    if memo is not None:
        made.memo = memo.under.setdefault("anonymous", Memo())
        made.update(made.memo)
    return made


# ---- lengths --------------------------------------------------------------------------------------------------------


def resolve_percentages(box: Any, containing_block: Any) -> None:
    """Set the used lengths of a box; those of a style without percentages are the same in every box that has it."""
    style = box.style
    known = style.__dict__
    if "fixed_lengths" not in known:
        known["fixed_lengths"] = _fixed_lengths(style)
    if (fixed := known["fixed_lengths"]) is None:
        _lengths(box, containing_block)
        return
    lengths, borders = fixed
    assert not isinstance(box, absolute.AbsolutePlaceholder)
    own = box.__dict__
    own.update(lengths)
    if style["border_collapse"] == "collapse":
        # Borders between cells have been decided by all cells together.
        for name, width in borders.items():
            if not hasattr(box, name):
                own[name] = width
    else:
        own.update(borders)


def _fixed_lengths(style: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Return the lengths that nothing around a box decides, or None where something does."""
    if style["box_sizing"] != "content-box":
        return None
    found: dict[str, Any] = {}
    for name in LENGTHS + SIZES:
        value = style[name]
        if value == "auto":
            found[name] = 0 if name in ("min_width", "min_height") else value
        elif type(value) is Dimension and value.unit == "px":
            found[name] = value.value
        else:
            return None
    return found, {name: style[name] for name in BORDERS}


def layout_box_backgrounds(
    page: Any, box: Any, get_image_from_uri: Any, layout_children: bool = True, style: Any = None
) -> None:
    """Work out what stands behind a box and its children; behind most stands nothing."""
    known = box.style.__dict__
    if "nothing_behind" not in known:
        known["nothing_behind"] = _nothing_behind(box.style)
    if not known["nothing_behind"] or style is not None or box is page:
        _backgrounds(page, box, get_image_from_uri, layout_children, style)
        return
    if isinstance(box, absolute.AbsolutePlaceholder):
        box = box._box  # what stands elsewhere on the page
    box.__dict__.update(SQUARE)
    box.background = None
    if layout_children:
        for child in box.all_children():
            layout_box_backgrounds(page, child, get_image_from_uri)


def _nothing_behind(style: Any) -> bool:
    colour = style["background_color"]
    return (
        style["border_image_source"][0] == "none"
        and style["mask_border_source"][0] == "none"
        and style["visibility"] == "visible"
        and not style["box_shadow"]
        and all(kind == "none" for kind, _ in style["background_image"])
        and (style["color"] if colour == "currentcolor" else colour).alpha == 0
        and all((0, "px") in style[name] for name in RADII)
    )


# ---- lines of text --------------------------------------------------------------------------------------------------

_contexts: dict[tuple[Any, str, str], tuple[Any, Any]] = {}


def setup(self: Any, style: Any) -> None:
    """Make ready for a text of a style: context, language and face are made once and shared by all its texts."""
    known = style.__dict__
    if "text_parts" not in known:
        known["text_parts"] = _text_parts(style)
    if known["text_parts"] is None:
        _setup(self, style)
        return
    context, language, description = known["text_parts"]
    self.style, self.first_line_direction, self.language = style, 0, language
    self.layout = ffi.gc(pango.pango_layout_new(context), gobject.g_object_unref)
    pango.pango_layout_set_auto_dir(self.layout, False)
    pango.pango_layout_set_font_description(self.layout, description)
    self.ascent = self.underline_position = self.strikethrough_position = None


def _text_parts(style: Any) -> tuple[Any, Any, Any] | None:
    """Return context, language and description for texts of a style; None if they have lines drawn or features."""
    features = font_features(
        style["font_kerning"], style["font_variant_ligatures"], style["font_variant_position"],
        style["font_variant_caps"], style["font_variant_numeric"], style["font_variant_alternates"],
        style["font_variant_east_asian"], style["font_feature_settings"],
    )  # fmt: skip
    if features or style["text_decoration_line"] != "none" or style["font_language_override"] != "normal":
        return None
    font_map, direction, name = style.font_config.font_map, style["direction"], style["lang"] or ""
    kept = _contexts.get((font_map, direction, name))
    if kept is None:
        context = ffi.gc(pango.pango_font_map_create_context(font_map), gobject.g_object_unref)
        pango.pango_context_set_round_glyph_positions(context, False)
        pango.pango_context_set_base_dir(context, PANGO_DIRECTION[direction])
        if name:
            pointer, _alive = unicode_to_char_p(name)
            language = pango.pango_language_from_string(pointer)
            pango.pango_context_set_language(context, language)
        else:
            language = pango.pango_language_get_default()
        kept = _contexts[font_map, direction, name] = (context, language)
    return *kept, get_font_description(style)


def font_style_key(style: Any, include_size: bool = False) -> str:
    """Return what the library keeps the height of a line under; made once for a style."""
    name = "key_with_size" if include_size else "key_of_face"
    kept: str | None = style.__dict__.get(name)
    if kept is None:
        kept = style.__dict__[name] = _key(style, include_size)
    return kept


def respace(box: Any, spacing: float) -> None:
    """Give a line of text a spacing of its own; nothing is set before it is drawn."""
    shared = box.style  # with the element's other lines
    own = shared.__dict__
    box.style = shared.copy()
    box.style["letter_spacing"] = spacing
    box.style.__dict__.update((name, own[name]) for name in KNOWN if name in own)
    box.pango_layout = copy.copy(box.pango_layout)
    box.pango_layout.text, box.pango_layout.justification_spacing, box.pango_layout.max_width = box.text, 0, None


KNOWN = ("fixed_lengths", "nothing_behind", "text_parts")  # what a style is known by here, none of it about spacing


# ---- drawing --------------------------------------------------------------------------------------------------------

_faces: dict[int, tuple[Any, Any, Font, float]] = {}


def add_font(self: Any, pango_font: Any) -> tuple[Font, float]:
    """Return the face of a run of text for this letter, and its size; what never changes is asked of Pango once."""
    address = int(ffi.cast("uintptr_t", pango_font))
    if address not in _faces:
        # Held for good, so that the address stays that of this face; there are as many as faces and sizes.
        held = ffi.gc(gobject.g_object_ref(pango_font), gobject.g_object_unref)
        key, description, size = get_pango_font_key(pango_font)
        _faces[address] = held, key, Font(pango_font, description, size), size
    _held, key, face, size = _faces[address]
    if key not in self._fonts:
        made = self._fonts[key] = copy.copy(face)
        made.widths, made.to_unicode, made.missing, made.variations = {}, {}, {}, dict(face.variations)
        made.pieces = {}
    return self._fonts[key], size


def draw_first_line(stream: Any, textbox: Any, text_overflow: str, block_ellipsis: str, matrix: Any) -> list[Any]:
    """Write a line of text to the page: glyphs are read from Pango in one go and written as pieces that are kept."""
    if text_overflow == "ellipsis" or block_ellipsis != "none" or textbox.style["font_size"] < 1e-6:
        return _first_line(stream, textbox, text_overflow, block_ellipsis, matrix)
    if not textbox.text.strip():
        return []
    pango.pango_layout_set_single_paragraph_mode(textbox.pango_layout.layout, True)
    first_line, _ = textbox.pango_layout.get_first_line()
    runs, run = [], first_line.runs[0]
    while run != ffi.NULL:
        glyphs = run.data.glyphs
        count = glyphs.num_glyphs
        # A glyph with its width, its two offsets and a word of flags.
        told = memoryview(ffi.buffer(glyphs.glyphs, count * GLYPH)).cast("i").tolist()
        numbers = told[0::5]
        if any(told[3::5]) or min(numbers) < 0 or max(numbers) >= UNUSUAL:
            return _first_line(stream, textbox, text_overflow, block_ellipsis, matrix)
        runs.append((run.data, list(zip(numbers, told[1::5], told[2::5], strict=True))))
        run = run.next
    faces = [stream.add_font(item.item.analysis.font) for item, _ in runs]
    if any(face.png or face.svg or face.colr or face.bitmap for face, _ in faces):
        return _first_line(stream, textbox, text_overflow, block_ellipsis, matrix)

    stream.set_text_matrix(*matrix.values)
    line, before = "", None
    for (item, glyphs), (face, size) in zip(runs, faces, strict=True):
        if item.item.analysis.font != before:
            before = item.item.analysis.font
            if line:
                stream.show_text(line)
            line = ""
            stream.set_font_size(face.hash, size)
        pieces, written = face.pieces, []
        for place, glyph in enumerate(glyphs):
            piece = pieces.get((size, *glyph))
            if piece is None:
                piece = pieces[size, *glyph] = _piece(stream, textbox, item, place, face, size, glyph)
            written.append(piece)
        line += f"<{''.join(written)}"
        line = line[:-1] if line[-1] == "<" else line + ">"
    stream.show_text(line)
    return []


ffi.cdef("void *g_object_ref(void *object);")
GLYPH = ffi.sizeof("PangoGlyphInfo")
UNUSUAL = 0x0FFFFFFF  # the empty glyph; missing ones lie above it


def _piece(stream: Any, textbox: Any, item: Any, place: int, face: Any, size: float, told: Any) -> str:
    """Return how a glyph with its width and offset is written, and note its text and width for this letter."""
    glyph, width, aside = told
    if glyph not in face.to_unicode:
        clusters, count, length = item.glyphs.log_clusters, item.glyphs.num_glyphs, item.item.length
        if item.item.analysis.level % 2:  # from right to left
            end = length if place == 0 else clusters[place - 1]
        else:
            end = length if place == count - 1 else clusters[place + 1]
        begin, text = item.item.offset, textbox.pango_layout.text.encode()
        face.to_unicode[glyph] = text[begin + clusters[place] : begin + end].decode()
    if glyph not in face.widths:
        pango.pango_font_get_glyph_extents(item.item.analysis.font, glyph, stream.ink_rect, stream.logical_rect)
        face.widths[glyph] = round(stream.logical_rect.width * 1000 * FROM_UNITS / size)
    offset = aside / size
    before = f">{-offset}<" if offset else ""
    kerning = face.widths[glyph] + offset - width * 1000 * FROM_UNITS / size
    return f"{before}{glyph:04x}>{int(kerning)}<" if kerning else f"{before}{glyph:04x}"
