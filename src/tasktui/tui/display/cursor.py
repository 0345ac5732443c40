"""Where the terminal's cursor is, and the shortest way to another place."""

from __future__ import annotations


def move(at: tuple[int, int] | None, to: tuple[int, int]) -> str:
    """The shortest sequence from one place to another (column, line; from 0).

    ``at`` is None where the cursor is not known.
    """
    if at == to:
        return ""
    x, y = to
    ways = [f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1 if y else ''}H"]
    if at is not None:
        # Across the line only where it goes on; down the column otherwise.
        if at[1] == y:
            ways += _along(at[0], x)
        elif at[0] == x:
            ways.append(_steps(y - at[1], "B", "A"))
        elif x == 0 and y == at[1] + 1:
            ways.append("\r\n")
    return min(ways, key=len)


def _along(x: int, to: int) -> list[str]:
    ways = [_steps(to - x, "C", "D")]
    if to == 0:
        ways.append("\r")
    elif to < x:
        ways.append("\b" * (x - to))
    return ways


def _steps(by: int, ahead: str, back: str) -> str:
    count = abs(by)
    return f"\x1b[{count if count > 1 else ''}{ahead if by > 0 else back}"
