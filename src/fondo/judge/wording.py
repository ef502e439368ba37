"""What was written of the rows and columns of a table, told of pictures or sounds.

Findings and remedies are written of tables, in `diagnosis` and `remedies`; all of them pass here.
"""

import re

NOUNS = {"pictures": ("picture", "pictures"), "sounds": ("sound", "sounds")}
_ROW = re.compile(r"(?<![-\w])(row|Row)(s?)\b")  # not the option --rows

# Phrases that speak of columns, or of settings that only networks on tables have
PHRASES = {
    "columns that say more, or targets with fewer errors": {
        "pictures": "larger or sharper pictures, or targets with fewer errors",
        "sounds": "longer or clearer sounds, or targets with fewer errors",
    },
    "(--set hidden=512,512)": {
        "pictures": "(--set filters=64,128,256)",
        "sounds": "(--set filters=64,128,256)",
    },
    "the columns lack what it takes: add some that say more": {
        "pictures": "the pictures lack what it takes: take larger or sharper ones, or a backbone "
        "that has learnt from photographs before (--set backbone=squeezenet)",
        "sounds": "the sounds lack what it takes: take longer or clearer ones",
    },
    "or fewer columns": {
        "pictures": "or more random changes of the training pictures (--set rotation=20)",
        "sounds": "or more random changes of the training sounds (--set noise=5,20)",
    },
    "leave out old rows and columns that drift": {
        "pictures": "leave out old ones",
        "sounds": "leave out old ones",
    },
    "see which columns differ between the parts, and leave out those that mean something else "
    "here": {
        "pictures": "see in what the parts differ (light, size, sharpness, camera), and change the "
        "training pictures at random so (--set brightness=0.3)",
        "sounds": "see in what the parts differ (loudness, noise, room, microphone), and change "
        "the training sounds at random so (--set room=0.5)",
    },
    "these columns seem to say little": {
        "pictures": "these pictures seem to show little",
        "sounds": "these sounds seem to say little",
    },
}


def nouns(data: str) -> tuple[str, str]:
    """What one example and several are called: ("row", "rows") where nothing else is known.

    Examples
    --------
    >>> nouns("pictures"), nouns("tables")
    (('picture', 'pictures'), ('row', 'rows'))
    """
    return NOUNS.get(data, ("row", "rows"))


def told_of(data: str, text: str) -> str:
    """A text on rows and columns, told of the examples of a kind of data.

    Parameters
    ----------
    data : str
        Kind of data, `task.data`; of "tables", and of kinds without words, the text stays.
    text : str
        Of a finding or remedy.

    Examples
    --------
    >>> told_of("pictures", "Give more rows, for rows of one group count little more than one.")
    'Give more pictures, for pictures of one group count little more than one.'
    """
    if data not in NOUNS:
        return text
    for phrase, others in PHRASES.items():
        text = text.replace(phrase, others[data])
    one = NOUNS[data][0]

    def noun(found: re.Match[str]) -> str:
        return (one.capitalize() if found[1] == "Row" else one) + found[2]

    return _ROW.sub(noun, text)
