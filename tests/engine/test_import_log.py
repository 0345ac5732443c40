from __future__ import annotations

import pytest

from tasktui.engine.import_log import failed, read

MARK = "c0ffee"
CROSS = "\N{MULTIPLICATION SIGN}"
ENDED = '{"end": "answered", "seconds": 1, "code": 0, "answer": {}, "last": ""}'


@pytest.mark.parametrize(
    ("text", "whole", "output", "answered"),
    [
        ("", False, "", False),
        (f'running {{"mark": "{MARK}"}}\n', False, "", False),
        (f"ray\n{MARK}\n", False, "", False),
        (f"ray\n{MARK}\none\ntwo", False, "one", False),
        (f"ray\n{MARK}\none\ntwo", True, "one\ntwo", False),
        (f"{MARK}\none\n{MARK} {ENDED}\nray again\n", True, "one", True),
        (f"{MARK}\n\n{MARK} {ENDED}\n", True, "", True),
        (f"{MARK}\none\n{MARK} {ENDED}", True, "one", False),
        (f"{MARK}\none\n{MARK} {ENDED[:-1]}\n", True, "one", False),
        (f"{MARK}\none\n{MARK} []\n", True, "one", False),
        (f"{MARK}\none\n{MARK} {ENDED.replace('answered', 'else')}\n", True, "one", False),
        (f"{MARK}\none\n{MARK} {ENDED.replace('{}', '3')}\n", True, "one", False),
        (f"{MARK}\none\n{MARK} {'[' * 100_000}\n", True, "one", False),
    ],
)
def test_what_a_log_holds(text: str, whole: bool, output: str, answered: bool) -> None:
    found = read(text, MARK, whole=whole)
    assert (found.output, found.ending is not None) == (output, answered)


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("", "The job of the import failed: no reason given"),
        ("exit code 127\nsh: 1: python: not found\n", "failed: sh: 1: python: not found"),
        (
            "runtime_env setup failed: x\nOSError: no disk.\n",
            "environment: OSError: no disk. Check",
        ),
        (
            "runtime_env setup failed: x\n    ERROR: one.\n    ERROR: one.\n    ERROR: two\nnote",
            "environment: one; two. Check requirements",
        ),
        (
            f"runtime_env setup failed: x\n error: subprocess-exited\n{CROSS} No.\nnote",
            "environment: subprocess-exited; No. Check",
        ),
        (f"ERROR: {'x' * 10_000}", "xxx"),
    ],
)
def test_why_a_job_failed_is_told_in_the_words_of_what_failed(message: str, words: str) -> None:
    found = failed(message)
    assert words in found
    assert len(found) < 600
