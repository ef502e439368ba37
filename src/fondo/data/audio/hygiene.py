"""What parts of a set must not share: a voice, a background, a room, a recording.

A network that has met the voice or the noise of the test knows more than it will in use.
"""

from collections.abc import Collection, Mapping
from itertools import combinations

from fondo.errors import BadData, BadParameter, did_you_mean

KINDS = ("voice", "background", "room", "recording")
SHOWN = 5  # names in a message

Identities = Mapping[str, Collection[str | None]]


def check_apart(parts: Mapping[str, Identities], allow: Collection[str] = ()) -> list[str]:
    """Refuse parts of a set that share a voice, a background, a room or a recording.

    Parameters
    ----------
    parts : mapping of str to mapping of str to list of str
        Name of a part ("train", "test") to what is heard in it: "voice", "background", "room",
        "recording", each with its names. A name that is None or "" is not known. See
        `Sources.identities`.
    allow : collection of str, default=()
        Kinds that may be shared nevertheless; they are told.

    Returns
    -------
    notes : list of str
        Sentences on what is shared by permission and on what could not be compared.

    Raises
    ------
    BadData
        Two parts share a name of a kind; the message names all kinds and the first few names.
    BadParameter
        A kind is none of the four.

    Examples
    --------
    >>> check_apart({"train": {"voice": ["anna"]}, "test": {"voice": ["carl", ""]}})
    ["voice: 1 name in 'test' is not known and was not compared."]
    """
    known = {name: _known(name, part) for name, part in parts.items()}
    for kind in allow:
        _check_kind("allow", kind)
    found = {kind: _shared(kind, known) for kind in KINDS}
    refused = [kind for kind in KINDS if found[kind] and kind not in allow]
    if refused:
        told = "; ".join(sentence for kind in refused for sentence in found[kind])
        raise BadData(
            f"check_apart(parts): {told}. Move each to one part, or allow it (allow={refused}) and "
            "say so beside the score."
        )
    notes = [sentence for kind in KINDS for sentence in found[kind]]
    return [f"{note}, as was allowed." for note in notes] + _unknown(parts)


def _shared(kind: str, known: Mapping[str, Mapping[str, set[str]]]) -> list[str]:
    """One clause for each two parts that share names of a kind."""
    clauses = []
    for one, other in combinations(known, 2):
        both = sorted(known[one].get(kind, set()) & known[other].get(kind, set()))
        clauses += [f"{one!r} and {other!r} share {_named(kind, both)}"] if both else []
    return clauses


def _known(name: str, part: Identities) -> dict[str, set[str]]:
    for kind in part:
        _check_kind(f"parts[{name!r}]", kind)
        if isinstance(part[kind], str):
            raise BadParameter(
                f"check_apart(parts[{name!r}][{kind!r}]={part[kind]!r}): it must be a list of "
                "names. Put the name into brackets."
            )
    return {kind: {value for value in values if value} for kind, values in part.items()}


def _check_kind(owner: str, kind: str) -> None:
    if kind not in KINDS:
        raise BadParameter(
            f"check_apart({owner}={kind!r}): it must be one of {', '.join(KINDS)}. "
            f"{did_you_mean(kind, KINDS)}"
        )


def _named(kind: str, names: list[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:SHOWN])
    more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    return f"{kind}{'s' if len(names) > 1 else ''} {shown}{more}"


def _unknown(parts: Mapping[str, Identities]) -> list[str]:
    """Sentences on names and kinds that are missing."""
    notes = []
    for kind in KINDS:
        having = [name for name, part in parts.items() if kind in part]
        if having and len(having) < len(parts):
            lacking = ", ".join(repr(name) for name in parts if name not in having)
            notes.append(f"{kind}: nothing is said of it for {lacking}, so it was not compared.")
        for name in having:
            if missing := sum(not value for value in parts[name][kind]):
                words = "1 name" if missing == 1 else f"{missing:,} names"
                is_ = "is not known and was" if missing == 1 else "are not known and were"
                notes.append(f"{kind}: {words} in {name!r} {is_} not compared.")
    return notes
