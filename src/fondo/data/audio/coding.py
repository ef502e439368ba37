"""Sounds as they come out of a codec: what a call or a compressed file has done to them."""

import io
from typing import Any

import numpy as np

from fondo.contracts import Real, check_value
from fondo.data.audio.files import soundfile
from fondo.errors import BadParameter

Array = np.ndarray[Any, Any]

OPUS_RATES = (8_000, 12_000, 16_000, 24_000, 48_000)  # hertz, of RFC 6716
MP3_RATES = (11_025, 22_050, 32_000, 44_100)  # of MPEG 1 and 2, those that Opus has left out
_MP3_WORST = 0.95  # of the scale from 0 to 1; beyond that libsndfile refuses


def coded(samples: Array, rate: int, loss: float = 0.9) -> Array:
    """A sound through a codec and back: Opus at the rates that it has, MP3 at others.

    Parameters
    ----------
    samples : float array (samples,)
        Full scale is 1; beyond that they are cut off.
    rate : int
        Samples a second, one of `OPUS_RATES` and `MP3_RATES`. Hertz.
    loss : float in [0, 1], default=0.9
        How much is lost: as libsndfile scales it, of speech at 16 kHz about 260 kbit/s at 0, 130
        at 0.5, 30 at 0.9 and 7 at 1.

    Returns
    -------
    heard : float32 array (samples,)
        As long, and not shifted.

    Raises
    ------
    BadParameter
        The rate or the loss cannot be.
    MissingExtra
        soundfile is not installed.
    """
    if rate not in (*OPUS_RATES, *MP3_RATES):
        raise BadParameter(
            f"coded(rate={rate!r}): no codec here has this rate. Use one of "
            f"{', '.join(map(str, sorted((*OPUS_RATES, *MP3_RATES))))} hertz."
        )
    check_value("coded", "loss", loss, Real(0, 1))
    samples = np.clip(np.asarray(samples, np.float32), -1, 1)
    if not len(samples):
        return samples
    opus = rate in OPUS_RATES
    names = ("OGG", "OPUS") if opus else ("MP3", "MPEG_LAYER_III")
    level = loss if opus else _MP3_WORST * loss
    kept, library = io.BytesIO(), soundfile()
    library.write(kept, samples, rate, format=names[0], subtype=names[1], compression_level=level)
    kept.seek(0)
    found = np.asarray(library.read(kept, dtype="float32")[0])[: len(samples)]
    return np.pad(found, (0, len(samples) - len(found)))
