"""How far one text is from another."""

from __future__ import annotations

from collections.abc import Sequence


def edits(found: Sequence[str], wanted: Sequence[str]) -> int:
    """Least insertions, deletions and replacements of characters, or of words. Source: Levenshtein (1966)."""
    row = list(range(len(wanted) + 1))
    for i, a in enumerate(found, start=1):
        previous, row = row, [i]
        for j, b in enumerate(wanted, start=1):
            row.append(min(previous[j] + 1, row[-1] + 1, previous[j - 1] + (a != b)))
    return row[-1]
