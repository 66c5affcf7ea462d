"""Every item of the five texts is a clause, every open point a reading with its letters, as listed here by hand."""

import rules

# Each item in the order of its text: e exact, c ceiling, o case by case, x by other rules, n nothing to pay.
ITEMS = """
shihezi: 1.1:n 1.2:n 1.3:n 2.1:c 2.2:n 2.3:n 2.3a:e 2.3b:c 2.4a:c 2.4b:c 3.1:c 3.2:n 3.3a:e 3.3b:e 3.3c:o 3.3d:e
    3.3e:e 4.1a:c 4.1b:e 4.1c:e 4.2a:x 4.2b:n 4.3:n 5.1a:c 5.1b:c 5.1c:n 5.2:n 6.1:n 6.2:n 7.1a:e 7.1b:n 7.2:n
haidong: 1:n 2:n 3:n 4a:e 4b:x 5a:x 5b:o 6:x 7:x 8:n 9:o 10:n 11:x 12:x 13:x 14:n 15:n 16:n 17:n 18:n 19:n 20:n
    scope:n term:n
xinxing: 1:n 2:e 3:e 4:n 4a:e 4b:e 5a:e 5b:e 5c:e 6a:e 6b:e 7a:e 7b:e 7c:e 8:e 9a:e 9b:e 9c:e 9d:e 9e:n 10a:e 10b:e
    11:n crossref:x term:n
shanxi: 1a:e 1b:c 1c:o 2:c 3:c 4:c 5a:e 5b:c 5c:n 6a:c 6b:c 7:x 8a:x 8b:c 9:n 9a:e 9b:e 10:e 11:c 12a:c 12b:c 13a:c
    13b:n 14:e 15:n 16:c 17:n norepeat:n term:n
baoding: 1:o 2:c 3:o 4:n 5:n 5a:e 5b:e 5c:e 6:c 7:n 8:o 9a:c 9b:e 10a:o 10b:x 11:x 12:x 13:x 14:n 15:x voucher:e
    costshare:e overlap:n org-1:n org-2:n org-3:n term:n
"""
KINDS = {"一事一议": "o", "转致": "x", "无": "n"}

# number:letters:recommended; "-" where the text gives no ground for a default.
READINGS = """
X1:ab:a X2:abc:- X3:ab:a X4:ab:a X5:ab:a X6:abc:a X7:ab:a X8:ab:a X9:ab:a X10:ab:a X11:ab:a X12:ab:a X13:ab:a
X14:ab:a X15:abc:a X16:ab:a X17:ab:a X18:ab:a X19:ab:a X20:abc:a X21:ab:a X22:ab:a X23:ab:a X24:ab:a X25:ab:a
X26:ab:a X27:abc:a X28:ab:a X29:ab:a X30:abc:a X31:ab:a X32:abc:a X33:abc:a
S1:ab:a S2:ab:a S3:ab:a S4:ab:a S5:abc:b S6:ab:a S7:ab:a S8:ab:a S9:ab:a S10:abc:a S11:abc:a S12:ab:a S13:ab:a
S14:abc:b S15:abc:a S16:ab:a S17:ab:a S18:ab:a S19:ab:a S20:abc:a S21:ab:b S22:ab:a S23:ab:a S24:abc:a S25:ab:a
S26:ab:a S27:ab:a S28:ab:a S29:ab:a S30:ab:a S31:ab:a S32:ab:a S33:ab:a S34:ab:a S35:ab:a S36:ab:a S37:ab:a
H1:ab:a H2:ab:a H3:abc:a H4:ab:a H5:ab:a H6:ab:a H7:ab:a H8:ab:a H9:ab:a H10:ab:a H11:ab:a H12:ab:a
N1:ab:a N2:abc:a N3:ab:a N4:ab:a N5:ab:a N6:ab:a N7:ab:a N8:ab:a N9:ab:a N10:ab:a N11:ab:a N12:ab:a N13:ab:a
N14:abc:a N15:ab:a N16:ab:a N17:ab:a N18:ab:a N19:ab:a N20:ab:a N21:ab:a N22:ab:a N23:ab:a N24:ab:a N25:ab:a
N26:abc:a N27:ab:a N28:ab:a N29:abc:a N30:ab:a N31:ab:a N32:ab:a N33:ab:a N34:ab:a N35:ab:a N36:ab:- N37:ab:a
B1:ab:a B2:ab:a B3:ab:a B4:ab:a B5:abcde:a B6:ab:b B7:ab:a B8:abc:a B9:abc:a B10:ab:a B11:ab:a B12:ab:a B13:ab:b
B14:abc:a B15:ab:a B16:ab:a B17:ab:a B18:ab:a B19:ab:a B20:ab:a B21:ab:a B22:ab:a B23:ab:a B24:ab:a B25:abc:a
B26:ab:a B27:ab:a B28:ab:a B29:ab:a B30:ab:a
"""

# Decided on the case: no fact of the dictionary tells the answers apart, or the answer is in the figure entered.
ON_THE_CASE = """
X5 X8 X12 X17 X18 X20 X21 X22 X23 X25 X26 X27 X30
S3 S5 S11 S19 S20 S22 S26 S27 S28 S33 S34 S35 S36 S37
H3 H4 H6 H8 H9 H10 H12
N3 N4 N5 N8 N9 N16 N19 N21 N22 N27 N28 N29 N30 N31 N32 N33 N34 N35 N36 N37
B2 B3 B6 B8 B10 B18 B19 B21 B24 B29 B30
"""


def specs():
    return {spec.id: spec for pack in rules.load().packs.values() for spec in pack.readings}


def test_every_item_of_the_texts_is_a_clause_of_its_kind():
    found: dict[str, list[str]] = {}
    for word in ITEMS.split():
        if word.endswith(":"):
            found[word[:-1]] = items = []
        else:
            items.append(word)

    packs = rules.load().packs
    assert found == {policy: [_kind(pack, number) for number in pack.raw] for policy, pack in packs.items()}


def _kind(pack, number):
    compiled = pack.compiled(number, {})
    return f"{number}:{KINDS.get(compiled.model.kind, 'c' if compiled.ceiling else 'e')}"


def test_every_open_point_has_its_letters_and_its_recommended_one():
    expected = {name: (letters, best) for name, letters, best in (row.split(":") for row in READINGS.split())}

    assert {name: ("".join(spec.options), spec.recommended or "-") for name, spec in specs().items()} == expected


def test_readings_that_no_fact_decides_are_marked():
    assert sorted(name for name, spec in specs().items() if not spec.computed) == sorted(ON_THE_CASE.split())


def test_single_letters_that_no_fact_decides_are_marked():
    assert {name: spec.by_case for name, spec in specs().items() if spec.by_case} == {
        "S10": ("b",),
        "N26": ("c",),
        "B14": ("c",),
    }


def test_computed_reading_never_leaves_the_clauses_it_names():
    for pack in rules.load().packs.values():
        for number in pack.raw:
            for name in pack.depends_on(number):
                assert pack.reading(name).clauses, name
                assert pack.reading(name) in pack.readings_of(number)
