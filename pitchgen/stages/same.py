"""Whether two readings are of the same caption."""

from __future__ import annotations

from difflib import SequenceMatcher

from pitchgen.core.footage import Reading

SAME = 0.7  # likeness of two readings of one caption
CONFIDENT = 0.85  # probability: where both readings are so sure of different characters, the caption has changed


def same(one: Reading, other: Reading) -> bool:
    """Whether both say the same, one says the beginning of the other, or what differs was hardly legible in one."""
    a, b = one.text, other.text
    if a.startswith(b) or b.startswith(a):
        return True
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    if matcher.ratio() < SAME:
        return False
    for kind, a1, a2, b1, b2 in matcher.get_opcodes():
        if kind == "equal":
            continue
        if all(p >= CONFIDENT for p in (*one.probabilities[a1:a2], *other.probabilities[b1:b2])):
            return False
    return True
