"""The one door to soundfile and soxr: a file is opened by what it holds, read in blocks, checked.

What becomes of the samples is in `decode`; whether a file is shorter than it says, in `lengths`.
"""

import importlib
import io
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fondo.data.audio.lengths import is_cut_off, is_unstated
from fondo.data.images.places import Stamp
from fondo.data.images.places import stamp as stamp_of_file
from fondo.errors import BadData, FondoError, MissingExtra

if TYPE_CHECKING:
    from fondo.data.audio.waves import Sample

Array = np.ndarray[Any, Any]

KINDS = "WAV, FLAC, OGG (Vorbis and Opus), MP3, AIFF and AU"
LOUDEST = (
    10.0  # of a sample, 20 dB above full scale: overshoot of codecs and mixes, not 16-bit steps
)
RATES = (100, 4_000_000)  # hertz
SAMPLE = "sample:"  # beginning of places that are in no file

_BLOCK = 65_536  # frames that are read at a time
_RUN_UP = (
    16_384  # frames decoded before a place in a lossy file; a block of Vorbis has 8192 at most
)
_TAIL = 20  # seconds at the end of a lossy file into which is never jumped: see `Sound._go_to`
_UNKNOWN = 1 << 62  # frames that libsndfile tells where a header does not
_UNSTATED = "its header does not say how long it is. Save it again, or convert it to FLAC."
_SHOWN_BYTES = 512  # that tell a text file from other strange ones

# what else is often met, and what it is
_OTHERS = {
    b"\x30\x26\xb2\x75": "a WMA file", b"\x1aE\xdf\xa3": "a WebM or Matroska file",
    b"#!AM": "an AMR file", b"MThd": "a MIDI file, which holds notes and no sound",
    b"MAC ": "a Monkey's Audio file", b"wvpk": "a WavPack file", b"caff": "a CAF file",
    b"riff": "a Wave64 file", b"PK\x03\x04": "a ZIP archive", b"\x1f\x8b\x08\x00": "a gzip archive",
}  # fmt: skip


def soundfile() -> Any:
    """The package soundfile, imported when first asked for.

    Raises
    ------
    MissingExtra
        It is not installed, or it does not find libsndfile.
    """
    return _package("soundfile")


def soxr() -> Any:
    """The package soxr, imported when first asked for.

    Raises
    ------
    MissingExtra
        It is not installed.
    """
    return _package("soxr")


def _package(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except (ImportError, OSError) as error:  # OSError: soundfile without its library
        raise MissingExtra(
            f"Sound files need {name}, which is not installed. "
            "Install it with: pip install 'fondo[audio]'"
        ) from error


def stamp(path: str) -> Stamp:
    """When a file was changed and how large it is; of a sample that is always the same."""
    return (0, 0) if path.startswith(SAMPLE) else stamp_of_file(path)


class Refused(Exception):  # noqa: N818  it never leaves this package
    """A sound that is of no use; the text is the reason, without the name."""


@contextmanager
def naming(name: str) -> Iterator[None]:
    """Whatever goes wrong with a sound inside becomes BadData with its name and the reason.

    Parameters
    ----------
    name : str
        Path or place of the sound.
    """
    try:
        yield
    except Refused as error:
        raise BadData(f"{name}: {error}") from error
    except (FondoError, MemoryError):
        raise
    except Exception as error:  # soundfile has several kinds of its own
        told = str(getattr(error, "error_string", error)).strip() or "the decoder says no more"
        raise BadData(f"{name}: the file is damaged ({told}). Fetch it again.") from error


def kind_of(data: bytes) -> str:
    """Kind of sound that the first 12 bytes of a file promise; "" where they promise none.

    Examples
    --------
    >>> kind_of(b"OggS..."), kind_of(b"Good morning")
    ('OGG', '')
    """
    if data[:4] in (b"RIFF", b"RIFX", b"RF64") and data[8:12] == b"WAVE":
        return "WAV"
    if data[:4] == b"FORM" and data[8:12] in (b"AIFF", b"AIFC"):
        return "AIFF"
    found = {b"fLaC": "FLAC", b"OggS": "OGG", b".snd": "AU", b"dns.": "AU"}.get(data[:4], "")
    if data[:3] == b"ID3":  # tags, which may stand before FLAC too; libsndfile looks behind them
        return "MP3"
    # eleven ones; layer II or III: layer I would be the mark of a text in UTF-16, none is AAC
    frame = len(data) > 2 and data[0] == 0xFF and data[1] >> 5 == 7 and (data[1] >> 1) & 3 in (1, 2)
    # version, bit rate and rate that there are
    if frame and (data[1] >> 3) & 3 != 1 and data[2] >> 4 != 15 and (data[2] >> 2) & 3 != 3:
        return "MP3"
    return found


def first_bytes(path: str) -> bytes:
    """Beginning of a file that is a sound by its content.

    Raises
    ------
    BadData
        It is not there, no file, empty, must not be read, or is no sound.
    """
    try:
        if not stat.S_ISREG(Path(path).stat().st_mode):  # opening a pipe would wait for ever
            kind = "a folder" if Path(path).is_dir() else "no ordinary file"
            raise BadData(f"{path}: this is {kind}, not a sound.")
        with Path(path).open("rb") as file:
            data = file.read(_SHOWN_BYTES)
    except FileNotFoundError as error:
        raise BadData(f"{path}: there is no such file.") from error
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        told = getattr(error, "strerror", None) or str(error)
        raise BadData(f"{path}: the file cannot be opened ({told}).") from error
    if not data:
        raise BadData(f"{path}: the file is empty.")
    if not kind_of(data):
        raise BadData(f"{path}: {_stranger(data, Path(path).suffix)}")
    return data


def _stranger(data: bytes, ending: str) -> str:
    """What a file is that is no sound."""
    called = f" named {ending}" if ending else ""
    known = "an MP4, M4A or MOV file" if data[4:8] == b"ftyp" else _OTHERS.get(data[:4], "")
    if data[:1] == b"\xff" and data[1:2] in (b"\xf0", b"\xf1", b"\xf8", b"\xf9"):
        known = "an AAC file"
    if known:
        return f"this is {known}{called}; sounds are read from {KINDS}. Convert it to FLAC."
    try:
        text = data.decode("utf-8", "strict" if len(data) < _SHOWN_BYTES else "ignore")
    except UnicodeDecodeError:
        text = "\0"
    if all(c.isprintable() or c in "\t\r\n\f\ufeff" for c in text):
        page = text.lstrip().lower().startswith(("<!doctype html", "<html"))
        return f"this is a {'web page' if page else 'text file'}{called}, not a sound."
    return f"this is no sound{called} of a kind that is read ({KINDS})."


class Sound:
    """A sound file that is open; see `opened`.

    Parameters
    ----------
    name : str
        Path, for messages.
    file : soundfile.SoundFile
        Just opened.
    lossy : bool
        Whether decoding from the middle of it needs a run-up.
    """

    def __init__(self, name: str, file: Any, lossy: bool) -> None:
        self.name = name
        self._file = file
        self._lossy = lossy
        self._at = 0  # frame that comes next
        self.rate = int(file.samplerate)  # hertz
        self.frames = int(file.frames)  # samples of a channel
        self.channels = int(file.channels)

    def blocks(self, start: int, stop: int) -> Iterator[Array]:
        """Samples from `start` to `stop` in blocks (frames, channels), float32; full scale is 1.

        Raises
        ------
        BadData
            The file is damaged or ends before; or a sample is not finite, or above 10.
        """
        with naming(self.name):
            self._go_to(start)
            while start < stop:
                block = self._read(min(_BLOCK, stop - start))
                if not len(block):
                    raise Refused(
                        f"the file is cut off or damaged: its header promises {self.frames:,} "
                        f"samples, and decoding ends after {start:,}. Fetch it again."
                    )
                check_samples(block, start)
                start += len(block)
                yield block

    def _go_to(self, frame: int) -> None:
        if self._at == frame:
            return
        jump = frame
        if self._lossy:
            # after a jump libsndfile 1.2 errs in the first blocks of Vorbis and sometimes of MP3;
            # in the last page of Ogg, whose count is cut to the length, it was seen to land beside
            jump = max(min(frame - _RUN_UP, self.frames - _TAIL * self.rate), 0)
        self._at = self._file.seek(jump)
        while self._at < frame and len(self._read(min(_BLOCK, frame - self._at))):
            pass

    def _read(self, frames: int) -> Array:
        found: Array = self._file.read(frames, dtype="float32", always_2d=True)
        self._at += len(found)
        return found


@cache
def _reader() -> Any:
    class Reader(soundfile().SoundFile):  # type: ignore[misc]  # it is imported late
        def seekable(self) -> bool:
            """No: soundfile would jump after each read to where it is, and miss it near the end."""
            return False

    return Reader


@contextmanager
def opened(path: str) -> Iterator["Sound | Sample"]:
    """Sound file of which the header has been read and checked, or sound of a sample.

    Parameters
    ----------
    path : str
        WAV (8 to 32 bits, fractions), FLAC, OGG (Vorbis, Opus), MP3, AIFF or AU, told by the
        content, not by the name; or a place of a sample, see `tones`.

    Raises
    ------
    BadData
        It is none of these; it is shorter than its header says; its header is damaged, does not
        say how long it is, names no sample at all, or a rate outside of 100 Hz to 4 MHz.
    MissingExtra
        soundfile is not installed.
    """
    if path.startswith(SAMPLE):
        from fondo.data.audio.tones import tone_at  # it stands on this module

        yield tone_at(path)
        return
    kind = kind_of(first_bytes(path))
    reader = _reader()
    with ExitStack() as open_files:  # what goes wrong in the caller's block is not the file's fault
        with naming(path):
            if is_cut_off(path, kind):
                raise Refused(
                    "the file is cut off: it is shorter than its header says. Fetch it again."
                )
            if is_unstated(path, kind):
                raise Refused(_UNSTATED)
            # a name that ends in .raw would be taken for samples without a header
            raw = Path(path).suffix.lower() == ".raw"
            named = io.BytesIO(Path(path).read_bytes()) if raw else path
            file = _checked(open_files.enter_context(reader(named)))
        yield Sound(path, file, kind in ("OGG", "MP3"))


def _checked(file: Any) -> Any:
    """The file, if its header is one to work with."""
    if file.frames < 1:
        raise Refused("there is no sample in it.")
    if file.frames >= _UNKNOWN:
        raise Refused(_UNSTATED)
    if not RATES[0] <= file.samplerate <= RATES[1]:
        raise Refused(
            f"its header says {file.samplerate:,} samples a second; there must be {RATES[0]} to "
            f"{RATES[1]:,}."
        )
    return file


def check_samples(block: Array, start: int = 0) -> None:
    """Raise Refused where a sample is not finite, or more than ten times full scale.

    Parameters
    ----------
    block : float array (frames, ...)
    start : int, default=0
        Number of the first frame, for the message.
    """
    if max(float(block.max()), -float(block.min())) <= LOUDEST:  # not so where there is a NaN
        return
    rows = block.reshape(len(block), -1)
    wrong = ~np.isfinite(rows).all(axis=1)
    if wrong.any():
        at = start + int(np.argmax(wrong))
        raise Refused(f"sample {at:,} is NaN or infinite. Save it again without.")
    at = start + int(np.argmax(np.abs(rows).max(axis=1) > LOUDEST))
    raise Refused(
        f"sample {at:,} is {np.abs(rows[at - start]).max():,.6g}; fractions must lie between -1 "
        f"and 1, a little overshoot (up to {LOUDEST:g}) forgiven. Divide them by full scale."
    )
