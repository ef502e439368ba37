"""What a trigger word's network is given of a sound: rates, frames and bands by name.

The features themselves are computed in `standalone`, so that clips and streams are seen alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from fondo.errors import BadParameter, did_you_mean
from fondo.layers.mel_filters import Bands, mel_filters
from fondo.layers.spectrogram_plain import Frames, taper_of, weights_of
from fondo.tasks.audio.standalone import Front

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class FrontEnd:
    """Samples a second, frames and bands.

    Parameters
    ----------
    rate : int
        Samples a second that sounds are brought to. Hertz.
    frames : Frames
        How they are cut and scaled.
    bands : Bands or None
        Mel bands; None sees every frequency.
    log : {"log", "db"} or None
        Whether a logarithm is taken. Without it, what is heard hangs on how loud it is.
    floor : float
        Least power before the logarithm.
    """

    rate: int
    frames: Frames
    bands: Bands | None
    log: str | None
    floor: float = 1e-8

    @property
    def n_bands(self) -> int:
        """Features of a frame."""
        return self.frames.n_frequencies if self.bands is None else self.bands.count

    def n_frames(self, n_samples: int) -> int:
        """Whole frames of so many samples."""
        return self.frames.n_frames(n_samples)

    def plain(self, mean: Array, scale: Array) -> tuple[dict[str, Any], dict[str, Array]]:
        """Spec and arrays of `standalone.Front`, standardised by mean and scale (bands,)."""
        frames = self.frames
        spec = {
            "window": frames.window, "hop": frames.hop, "n_fft": frames.size, "log": self.log,
            "floor": self.floor,
        }  # fmt: skip
        learnt = {"front.mean": mean, "front.scale": scale}
        return spec, _fixed(self) | {k: np.asarray(v, np.float64) for k, v in learnt.items()}

    def features(self, samples: Array) -> Array:
        """Features of one sound (frames, bands), float32, not standardised."""
        return Front(*self.plain(np.zeros(self.n_bands), np.ones(self.n_bands))).feed(samples)


@cache
def _fixed(front: FrontEnd) -> dict[str, Array]:
    """Taper, weights and filters: the same for every sound, so made once."""
    frames = front.frames
    arrays = {
        "front.taper": np.asarray(taper_of(frames.taper, frames.window)),
        "front.weights": np.asarray(weights_of(frames)),
    }
    if front.bands is not None:
        arrays["front.filters"] = mel_filters(front.rate, frames.size, front.bands)
    return arrays


# 8000 is what the notes call the rate of sounds of 44,100 Hz; it scales every power alike
_NOTES = Frames(200, 80, None, "hann_symmetric", "density", 8000.0)

FRONTS: Mapping[str, FrontEnd] = {
    "log_mel": FrontEnd(
        16_000, Frames(400, 160, 512, "hann", "power", 16_000.0), Bands(40, 60.0, 7600.0), "log"
    ),
    "notes": FrontEnd(44_100, _NOTES, None, None),
    "notes_log": FrontEnd(44_100, _NOTES, None, "log", 1e-14),
}


def front_end(name: str, owner: str = "TriggerWord") -> FrontEnd:
    """Front end by its name.

    Parameters
    ----------
    name : {"log_mel", "notes", "notes_log"}
        40 mel bands at 16 kHz, logarithms; the spectrogram of the notes at 44.1 kHz, as it is or
        its logarithm.
    owner : str, default="TriggerWord"
        For the message.

    Raises
    ------
    BadParameter
        There is none of this name.

    Examples
    --------
    >>> front = front_end("notes")
    >>> front.n_frames(441_000), front.n_bands
    (5511, 101)
    """
    if name not in FRONTS:
        raise BadParameter(f"{owner}(front={name!r}): {did_you_mean(name, FRONTS)}")
    return FRONTS[name]
