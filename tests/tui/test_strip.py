from __future__ import annotations

from datetime import UTC, date, datetime

from make import make_daily
from tasktui.schedule.days import Course, days
from tasktui.schedule.strip import bounds_of, glyphs
from tasktui.tui.lines import Span, Tone, plain, width
from tasktui.tui.strip import legend, strip, tones_of

PLAN = Course(make_daily("08:00=2-4,12:00=4-4,20:00=0-0", "America/New_York"))
DRAWN = glyphs(bounds_of(PLAN))
NOW = datetime(2026, 3, 5, 19, 13, tzinfo=UTC)
THURSDAY, GAP_DAY = (
    days(PLAN, date(2026, 3, 5), 1, "America/New_York")[0],
    days(PLAN, date(2026, 3, 8), 1, "America/New_York")[0],
)


def test_a_day_is_drawn_between_two_bars() -> None:
    found = strip(THURSDAY, 24, DRAWN)
    assert plain(found) == "|........----========....|"
    assert width(found) == 26


def test_tones_only_repeat_what_the_glyphs_say() -> None:
    tones = tones_of(DRAWN)
    for span in strip(GAP_DAY, 48, DRAWN)[1:-1]:
        assert {tones[c] for c in span.text} == {span.tone}


def test_the_cell_of_now_is_marked_and_keeps_its_glyph() -> None:
    marked = [s for s in strip(THURSDAY, 48, DRAWN, NOW) if s.tone is Tone.SELECTED]
    assert marked == [Span("=", Tone.SELECTED)]
    assert plain(strip(THURSDAY, 48, DRAWN, NOW)) == plain(strip(THURSDAY, 48, DRAWN))


def test_another_day_has_no_mark() -> None:
    assert all(s.tone is not Tone.SELECTED for s in strip(GAP_DAY, 48, DRAWN, NOW))


def test_a_day_that_no_longer_counts_is_dim() -> None:
    assert {s.tone for s in strip(THURSDAY, 48, DRAWN, NOW, dim=True)} == {Tone.DIM}


def test_the_legend_has_the_tones_of_the_strip() -> None:
    found = legend(DRAWN, "./")
    assert plain(found) == "= 4-4  - 2-4  . stopped  / does not exist"
    tones = tones_of(DRAWN)
    assert all(s.tone is tones[s.text] for s in found if s.text in tones and s.text.strip())


def test_more_replicas_have_another_tone_than_fewer() -> None:
    three = tones_of(glyphs(bounds_of(Course(make_daily("01:00=1-1,02:00=2-2,03:00=3-3")))))
    assert len({three[g] for g in "-=#"}) == 3
