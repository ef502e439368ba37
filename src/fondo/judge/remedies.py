"""What to do about what holds a model back, in the words of what fondo offers."""

NOTHING = (
    "The network needs no mending first; columns that say more, or targets with fewer errors, "
    "would lower what error is left."
)
TOO_FEW = (
    "Give more rows, or judge every row in turn: task.cross_validate(X, y, folds=5, repeats=5)."
)
TOO_FEW_GROUPS = (
    "Give more groups, for rows of one group count little more than one; or judge every group in "
    "turn: task.cross_validate(X, y, folds=5, groups=groups)."
)
_LONGER = "Train longer first, for the last epoch was the best (--set epochs=300). "
_BIAS = (
    "Let it learn more: a larger network (--set hidden=512,512), more epochs, less dropout and "
    "L2. If the training error stays, the columns lack what it takes: add some that say more."
)
_VARIANCE = (
    "More rows help most; fondo more-data says what they would buy. Else hold the network back: "
    "more dropout and L2, which fondo search tries, a smaller network, or fewer columns."
)
_CHOICE = (
    "Both parts were drawn alike, so this is the choice of the epoch by the validation rows, or "
    "chance: believe the test rows, and give more rows to validation (--set validation=0.3). Were "
    "they not drawn alike, it is a mismatch of the data."
)
_LATER = (
    "Rows change with time: give recent rows more weight (--weight), leave out old rows and "
    "columns that drift, and train again often."
)
_ELSEWHERE = (
    "Train on rows like these, too; see which columns differ between the parts, and leave out "
    "those that mean something else here."
)


def remedy(name: str, unfinished: bool = False, test_rows: str = "alike") -> str:
    """What to do about a finding; empty where there is nothing to do.

    Parameters
    ----------
    name : str
        Name of the finding.
    unfinished : bool, default=False
        Whether the last epoch was the best.
    test_rows : str, default="alike"
        How the test rows were drawn.

    Examples
    --------
    >>> remedy("high bias", unfinished=True).split(",")[0]
    'Train longer first'
    """
    if name in ("high bias", "avoidable bias"):
        return (_LONGER if unfinished else "") + _BIAS
    if name == "high variance":
        return _VARIANCE
    if name == "data mismatch":
        return _LATER if test_rows == "later" else _ELSEWHERE
    return _CHOICE if name == "choice of the epoch" else ""
