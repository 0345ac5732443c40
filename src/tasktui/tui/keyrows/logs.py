"""Keys of the log alone."""

from __future__ import annotations

from tasktui.tui.key import Group, Key
from tasktui.tui.keyrows.places import LOGS

SINCE = (
    ("0", "all", "All of the log, from its first line on."),
    ("1", "head", "The beginning of the log."),
    ("2", "1m", "The last minute of the log, counted back from its newest line."),
    ("3", "5m", "Its last 5 minutes."),
    ("4", "15m", "Its last 15 minutes."),
    ("5", "1h", "Its last hour."),
)


def _key(id: str, name: str, shown: str, label: str, text: str, place: int = 0) -> Key:  # noqa: A002 - the columns of a row
    return Key(id, name, shown, label, Group.VIEW, LOGS, text, place)


ROWS = (
    _key(
        "log_search",
        "slash",
        "/",
        "search",
        "Search and mark a text; capitals count only where it has some.",
        1,
    ),
    _key("next_hit", "n", "n", "next", "The next match.", 2),
    _key("last_hit", "N", "N", "", "The match before."),
    _key("only", "ampersand", "&", "filter", "Show only lines that hold a text; also old ones.", 3),
    _key("follow", "f", "f", "follow", "Follow the end; scrolling up turns it off.", 4),
    _key("wrap", "w", "w", "wrap", "Wrap long lines, or cut them.", 5),
    _key("log_times", "t", "t", "times", "Show or hide the time of each line.", 6),
    _key("log_mark", "m", "m", "mark", "Draw a line with the time at the end of the log.", 7),
    _key("dead", "p", "p", "previous", "The replica that ended before; its log is on disk.", 8),
    _key("replica", "r", "r", "replica", "Choose: replicas, ended ones, controller, build.", 9),
    _key("stream", "e", "e", "stderr", "The replica's log, its stderr, or its stdout.", 10),
    *(_key(f"since_{k}", k, k, "since" if k == "0" else "", t, 0) for k, _, t in SINCE),
    _key("save", "s", "s", "save", "Save the lines that are shown to a file.", 11),
    _key("page_copy", "c", "c", "copy", "Copy the lines on the screen.", 12),
    _key("bare", "F", "F", "full", "Only the log, free for the mouse to select; F again ends.", 13),
)
