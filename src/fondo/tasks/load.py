"""Open a model folder of any of fondo's tasks."""

from pathlib import Path

from fondo.tasks import saving
from fondo.tasks.base import Task


def load(folder: str | Path) -> Task:
    """Fitted task from a model folder.

    Parameters
    ----------
    folder : str or Path
        What `Task.save` or `fondo train` wrote.

    Returns
    -------
    task : Task
        Ready to predict; nothing in the folder is run.

    Raises
    ------
    ModelFolderError
        Where the folder is damaged, incomplete or of a task that fondo does not have.
    """
    task: Task = saving.load(Path(folder), Task)
    return task
