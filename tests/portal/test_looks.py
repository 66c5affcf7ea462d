"""Display tags, the frame of every page, and what the templates and stylesheets may contain."""

import gzip
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.template import loader

from applications.models import (
    Application,
    Authority,
    Document,
    Duty,
    FactCheck,
    Job,
    Payment,
    Posting,
    Status,
    User,
)
from portal.context import desks
from portal.templatetags import icons, looks

ROOT = Path(__file__).resolve().parents[2]


def make_user(username: str = "zhangsan") -> User:
    return User.objects.create_user(username=username, name="张三")


def make_officer(duty: Duty, *, until: date | None = None) -> User:
    officer = make_user(duty.value)
    authority = Authority.objects.create(code=duty.value, name="数据局", place="新星市", letter_sign="师新数")
    Posting.objects.create(user=officer, authority=authority, duty=duty, since=date(2020, 1, 1), until=until)
    return officer


# ---- tags ----------------------------------------------------------------------------------------------------------


def test_yuan_and_capital_write_whole_fen():
    assert looks.yuan(200_000_000) == "2,000,000.00"
    assert looks.capital(200_000_000) == "人民币贰佰万元整"


def test_an_unknown_sum_or_day_is_a_dash_and_not_zero():
    assert [looks.yuan(None), looks.capital(None), looks.zh_date(None), looks.zh_time(None)] == ["—"] * 4


def test_a_moment_is_shown_by_the_day_it_has_in_shanghai():
    moment = datetime(2026, 3, 4, 18, 5, tzinfo=UTC)

    assert looks.zh_date(date(2026, 3, 5)) == "2026年3月5日"
    assert looks.zh_date(moment) == "2026年3月5日"
    assert looks.zh_time(moment) == "2026年3月5日 02:05"


@pytest.mark.parametrize(
    ("day", "shown"),
    [
        (None, '<span class="soft">期限待定</span>'),
        (date(2026, 3, 1), '<span class="status tone-bad">已逾期4天</span>'),
        (date(2026, 3, 5), '<span class="status tone-ask">今天到期</span>'),
        (date(2026, 3, 8), '<span class="status tone-wait">还有3天</span>'),
        (date(2026, 3, 9), '<span class="status tone-rest">还有4天</span>'),
    ],
)
def test_due_counts_days_from_today(day, shown):
    with time_machine.travel(datetime(2026, 3, 4, 18, 0, tzinfo=UTC), tick=False):
        assert looks.due(day) == shown


@pytest.mark.parametrize(
    ("octets", "shown"), [(1, "1 KB"), (840_000, "820 KB"), (1_048_576, "1.0 MB"), (3_670_000, "3.4 MB")]
)
def test_file_size_is_cut_never_rounded_up(octets, shown):
    assert looks.file_size(octets) == shown


def test_badge_shows_the_word_of_the_choice_and_its_tone():
    assert looks.badge(Application(status=Status.CORRECTING)) == '<span class="status tone-ask">补正中</span>'


@pytest.mark.parametrize("choices", [Status, Document.Standing, Job.State, Payment.State, FactCheck.Verdict])
def test_every_choice_that_pages_show_has_a_tone(choices):
    assert [value for value in choices.values if value not in looks.TONES] == []


def test_crumb_escapes_what_people_typed():
    assert looks.crumb("<b>", "/my/") == '<li class="breadcrumb-item"><a href="/my/">&lt;b&gt;</a></li>'


def test_icon_is_silent_unless_it_has_a_label():
    assert 'aria-hidden="true"' in icons.icon("check")
    assert 'role="img" aria-label="完成"' in icons.icon("check", "完成")
    with pytest.raises(KeyError):
        icons.icon("unknown")


# ---- navigation ----------------------------------------------------------------------------------------------------

PUBLIC = ["政策与测算", "公示", "文书核验"]


def labels(rf, user) -> list[str]:
    request = rf.get("/policies/xinxing/")
    request.user = user
    return [way.label for way in desks(request)["ways"]]


def test_the_navigation_of_a_stranger_asks_no_database(rf):
    assert labels(rf, AnonymousUser()) == PUBLIC  # without the mark `django_db` any query is an error


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("duty", "named"),
    [
        (Duty.INTAKE, ["审核台"]),
        (Duty.AUDIT, ["财政台", "审核台"]),
        (Duty.PAY, ["财政台"]),
        (Duty.COUNTERSIGN, ["财政台"]),
    ],
)
def test_an_officer_is_led_to_the_desks_of_the_duty(rf, django_assert_num_queries, duty, named):
    officer = make_officer(duty)

    with django_assert_num_queries(1):
        assert labels(rf, officer) == [*PUBLIC, *named]


@pytest.mark.django_db
def test_who_holds_no_posting_files_claims(rf):
    assert labels(rf, make_user()) == [*PUBLIC, "我的申报"]
    assert labels(rf, make_officer(Duty.INTAKE, until=date(2020, 2, 1))) == [*PUBLIC, "我的申报"]


def test_the_page_one_is_on_is_marked(rf):
    request = rf.get("/verify/7K2M/")
    request.user = AnonymousUser()

    assert [way.here for way in desks(request)["ways"]] == [False, False, True]


# ---- pages for what went wrong -------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["400", "403", "403_csrf", "404", "429", "500", "503"])
def test_error_pages_need_neither_request_nor_database(code):
    page = loader.get_template(f"{code}.html").render()

    assert re.search(r"<h1>[^<]+</h1>", page)
    assert '<a href="/">返回首页</a>' in page


# ---- templates and sheets read as programs -------------------------------------------------------------------------

SCREEN_TEMPLATES = [path for path in sorted((ROOT / "templates").rglob("*.html")) if "documents" not in path.parts]


@pytest.mark.parametrize("path", SCREEN_TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_templates_keep_to_the_content_security_policy(path):
    text = path.read_text()

    assert re.findall(r"<style\b|\sstyle=|\son[a-z]+=|\shx-on|javascript:|type=\"number\"", text) == []
    assert re.findall(r"<script(?![^>]*\ssrc=)[^>]*>", text) == []
    assert re.findall(r"(?:src|href)=\"(?:https?:)?//", text) == []


def tokens(css: str, selector: str) -> dict[str, str]:
    """Return the custom properties of the first rule with this selector."""
    body = css[css.index(selector + " {") :].split("{", 1)[1].split("}", 1)[0]
    return dict(re.findall(r"(--[a-z-]+):\s*([^;]+);", body))


def contrast(one: str, other: str) -> float:
    """Return the WCAG contrast of two colours written as #rgb or #rrggbb."""

    def luminance(colour: str) -> float:
        digits = colour.lstrip("#")
        digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
        channels = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def palettes() -> dict[str, dict[str, str]]:
    site = (ROOT / "static/css/site.css").read_text()
    console = (ROOT / "static/css/console.css").read_text()
    light = tokens(console, 'html[data-theme="light"]')
    dark = light | tokens(console, 'html[data-theme="dark"]')
    system_dark = light | tokens(console, 'html:not([data-theme="light"], [data-theme="dark"])')
    assert dark == system_dark
    found = {"site": tokens(site, ":root"), "console, light": light, "console, dark": dark}
    for palette in found.values():
        for name in palette:
            while (reference := re.fullmatch(r"var\((--[a-z-]+)\)", palette[name])) is not None:
                palette[name] = palette[reference[1]]
    return found


@pytest.mark.parametrize(("where", "palette"), palettes().items(), ids=palettes())
def test_every_text_colour_is_readable_on_its_grounds(where, palette):
    pairs = [(text, ground) for text in ("--ink", "--ink-soft", "--link") for ground in ("--paper", "--wash")]
    for tone in ("--blue", "--red", "--green", "--amber"):
        pairs += [(tone, "--paper"), (tone, f"{tone}-wash"), ("--ink", f"{tone}-wash")]

    assert [(t, g) for t, g in pairs if contrast(palette[t], palette[g]) < 4.5] == []
    assert contrast(palette["--line-strong"], palette["--paper"]) >= 3


def test_components_use_only_tokens_that_every_palette_defines():
    sheet = (ROOT / "static/css/components.css").read_text()
    used = set(re.findall(r"var\((--[a-z-]+)\)", sheet)) - {"--tone", "--tint"}

    assert {where: used - palette.keys() for where, palette in palettes().items()} == {
        "site": set(),
        "console, light": set(),
        "console, dark": set(),
    }


def wire(path: str) -> int:
    return len(gzip.compress((ROOT / path).read_bytes(), 9))


def test_our_own_sheets_and_script_stay_small():
    ours = ("static/css/components.css", "static/css/site.css", "static/js/site.js")

    assert sum(wire(path) for path in ours) <= 12_000


@pytest.mark.parametrize("sheet", ["components", "site", "console"])
def test_no_section_of_a_sheet_swallows_the_next(sheet):
    """A brace that a merge lost leaves the rules behind it without effect, which no other test would see."""
    text = re.sub(r"/\*.*?\*/", "", (ROOT / f"static/css/{sheet}.css").read_text(), flags=re.S)
    depth = 0
    for line in text.splitlines():
        if re.match(r"[.#@a-z]", line):
            assert depth == 0, line
        depth += line.count("{") - line.count("}")

    assert depth == 0
