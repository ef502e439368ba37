"""One picture becomes an array of bytes of a wanted size: upright, on white, grey or in colour.

Which pictures there are is in `places`; many of them at once are decoded in `load`.
"""

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from fondo.data.images.imaging import Refused, naming, opened, pillow, read_bytes
from fondo.errors import BadParameter

Array = np.ndarray[Any, Any]
Fit = Literal["stretch", "crop", "pad"]
Box = tuple[float, float, float, float]  # left, top, right, bottom; pixels, as Pillow has it
Size = tuple[int, int]  # width, height

_DRAFT = 2.5  # a JPEG decoded at a fraction is at least so many times as large as what it is for
_GAP = 3.0  # likewise for averaging whole blocks first; Pillow: not to be told from the fair way
_ORIENTATION = 0x0112  # the tag of EXIF
_WIDE = 65_535  # largest value of 16 bits
_FULL = 255
# weights of ITU-R 601 in 65536ths, as Pillow has them: 0.299, 0.587, 0.114
_RED, _GREEN, _BLUE = 19_595, 38_470, 7_471


@dataclass(frozen=True)
class Form:
    """Size and channels that pictures are brought to.

    Parameters
    ----------
    height, width : int
        Pixels.
    channels : int
        1 for grey, 3 for red, green and blue.
    fit : "stretch", "crop" or "pad", default="stretch"
        What is done where the proportions differ: both sides are scaled on their own; what sticks
        out is cut off, the same on either side; or black is added, the same on either side.
    crop : (int, int, int, int) or None, default=None
        Rows and columns cut off first: top, right, bottom, left. Pixels of the upright picture.

    Raises
    ------
    BadParameter
        A value cannot be.
    """

    height: int
    width: int
    channels: int
    fit: Fit = "stretch"
    crop: tuple[int, int, int, int] | None = None

    def __post_init__(self) -> None:
        if min(self.height, self.width) < 1:
            raise BadParameter(
                f"Form(height={self.height}, width={self.width}): both must be at least 1 pixel."
            )
        if self.channels not in (1, 3):
            raise BadParameter(
                f"Form(channels={self.channels}): channels must be 1 (grey) or 3 (colour)."
            )
        if self.fit not in get_args(Fit):
            raise BadParameter(f"Form(fit={self.fit!r}): fit must be stretch, crop or pad.")
        if self.crop is not None and (len(self.crop) != 4 or min(self.crop) < 0):
            raise BadParameter(
                f"Form(crop={self.crop}): crop must be four numbers of pixels of at least 0: "
                "top, right, bottom, left."
            )


def decode(path: str, form: Form) -> Array:
    """Picture of a file in the wanted form.

    It is turned upright (EXIF); what is transparent shows white; of several frames the first is
    taken. Values of 16 bits are divided by 257, and so are wider whole numbers, which must not be
    above 65,535; fractions are refused. Grey is 0.299 R + 0.587 G + 0.114 B (ITU-R 601).

    Parameters
    ----------
    path : str
        JPEG, PNG, PPM, PGM, BMP, WebP, TIFF or GIF, told by the content, not by the name.
    form : Form
        Size, channels, and what to do about proportions.

    Returns
    -------
    pixels : uint8 array (height, width, channels)
        0 is black.

    Raises
    ------
    BadData
        The file is no picture, is damaged, or nothing of it is left by `crop`.

    Notes
    -----
    Scaling is bicubic over all pixels that fall into one (no aliasing). Of a JPEG at least
    five times as large as wanted only the coarser waves are decoded, which is faster; photographs
    then differ by less than one level of 255 on average.
    """
    data = read_bytes(path)
    with naming(path, data):
        return _decoded(opened(data), form)


def original(path: str, most: int = 512) -> Array:
    """Picture of a file in colour, to be looked at.

    Parameters
    ----------
    path : str
        As for `decode`.
    most : int, default=512
        Longest side, in pixels; larger pictures are made smaller, small ones stay as they are.

    Returns
    -------
    pixels : uint8 array (height, width, 3)
        Upright, on white.

    Raises
    ------
    BadData
        The file is no picture, or is damaged.
    """
    data = read_bytes(path)
    with naming(path, data):
        image = opened(data)
        return _decoded(image, _shown(upright_size(image), most))


def reshaped(pixels: Array, form: Form, name: str) -> Array:
    """Picture that is in memory already, in the wanted form.

    Parameters
    ----------
    pixels : uint8 array (height, width, 1, 3 or 4)
        Grey, colour, or colour and how opaque.
    form : Form
        As for `decode`.
    name : str
        What to call the picture in messages.

    Returns
    -------
    pixels : uint8 array (form.height, form.width, form.channels)

    Raises
    ------
    BadData
        Nothing is left by `crop`.
    """
    with naming(name):
        size = pixels.shape[1], pixels.shape[0]
        box = _region(size, form)
        squeezed = np.ascontiguousarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
        image = _cut(pillow().fromarray(squeezed), size, form, 1)
        return _scaled(flat(image, form.channels), box, form)


def shown(pixels: Array, most: int = 512) -> Array:
    """Picture in memory (height, width, 1, 3 or 4) as `original` would show it."""
    return reshaped(pixels, _shown((pixels.shape[1], pixels.shape[0]), most), "picture")


def recoloured(block: Array, channels: int) -> Array | None:
    """Pictures (n, height, width, 1 or 3) with other channels; None where there is alpha.

    Grey is computed as Pillow does, to the last bit.

    Examples
    --------
    >>> recoloured(np.array([[[[255, 0, 0]]]], np.uint8), 1).ravel()
    array([76], dtype=uint8)
    """
    if block.shape[-1] == channels:
        return block
    if block.shape[-1] == 1:
        return np.repeat(block, channels, axis=-1)
    if block.shape[-1] != 3:
        return None
    wide = block.astype(np.uint32)
    grey = wide[..., 0] * _RED + wide[..., 1] * _GREEN + wide[..., 2] * _BLUE + (1 << 15)
    return (grey >> 16).astype(np.uint8)[..., None]


def orientation(image: Any) -> int:
    """How a picture must be turned: 1 to 8 as EXIF counts, 1 where it stands upright."""
    if image.format == "TIFF":
        return 1  # Pillow turns these itself
    try:
        turn = image.getexif().get(_ORIENTATION, 1)
    except Exception:  # a damaged EXIF block does not spoil the picture
        return 1
    return turn if isinstance(turn, int) and 1 <= turn <= 8 else 1


def upright_size(image: Any) -> Size:
    """Width and height of a picture when it will have been turned upright."""
    width, height = image.size
    return (height, width) if orientation(image) > 4 else (width, height)


def upright(image: Any, turn: int) -> Any:
    """Picture turned as EXIF says; see `orientation`."""
    image.load()
    ways = pillow().Transpose
    way = {
        2: ways.FLIP_LEFT_RIGHT,
        3: ways.ROTATE_180,
        4: ways.FLIP_TOP_BOTTOM,
        5: ways.TRANSPOSE,
        6: ways.ROTATE_270,
        7: ways.TRANSVERSE,
        8: ways.ROTATE_90,
    }.get(turn)
    return image if way is None else image.transpose(way)


def flat(image: Any, channels: int) -> Any:
    """Picture of any mode as grey (channels 1) or colour (3) of 8 bits, on white.

    Raises
    ------
    Refused
        Its pixels are fractions, or whole numbers outside of 0 to 65,535.
    """
    if image.mode == "F":
        raise Refused(
            "its pixels are fractions, and it is not said which of them is white. "
            "Save it with 8 or 16 bits."
        )
    if image.mode.startswith("I"):
        image = _narrow(image)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = pillow().new("RGBA", image.size, (_FULL,) * 4)
        image = pillow().alpha_composite(white, image).convert("RGB")
    if image.mode not in ("L", "RGB"):
        image = image.convert("L" if image.mode == "1" else "RGB")
    wanted = "L" if channels == 1 else "RGB"
    return image if image.mode == wanted else image.convert(wanted)


def _narrow(image: Any) -> Any:
    """Whole numbers of more than 8 bits, divided by 257 (65,535 becomes 255)."""
    values = np.asarray(image).astype(np.int64)
    low, high = int(values.min()), int(values.max())
    if low < 0 or high > _WIDE:
        raise Refused(
            f"its pixels are whole numbers from {low:,} to {high:,}; they must lie between 0 and "
            f"{_WIDE:,}. Save it with 8 or 16 bits."
        )
    return pillow().fromarray(((values * _FULL + _WIDE // 2) // _WIDE).astype(np.uint8))


def _decoded(image: Any, form: Form) -> Array:
    """Picture of which only the header has been read, in the wanted form."""
    turn, size = orientation(image), upright_size(image)
    box = _region(size, form)
    scale = _draft_scale(image, turn, size, box, form)
    image = _cut(upright(image, turn), size, form, scale)
    left, top, right, bottom = (edge / scale for edge in box)
    return _scaled(flat(image, form.channels), (left, top, right, bottom), form)


def _shown(size: Size, most: int) -> Form:
    width, height = size
    share = min(1.0, most / max(width, height))
    return Form(max(round(height * share), 1), max(round(width * share), 1), 3)


def _region(size: Size, form: Form) -> Box:
    """Part that is used of what the crop leaves of the upright picture."""
    (width, height), (top, right, bottom, left) = size, form.crop or (0, 0, 0, 0)
    across, down = width - left - right, height - top - bottom
    if across < 1 or down < 1:
        raise Refused(
            f"crop {form.crop} (top, right, bottom, left) leaves nothing of a picture of "
            f"{height:,} x {width:,} pixels (height x width). Crop less."
        )
    if form.fit != "crop":
        return 0.0, 0.0, float(across), float(down)
    kept_across = min(across, down * form.width / form.height)
    kept_down = min(down, across * form.height / form.width)
    x, y = (across - kept_across) / 2, (down - kept_down) / 2
    return x, y, min(x + kept_across, across), min(y + kept_down, down)


def _cut(image: Any, size: Size, form: Form, scale: int) -> Any:
    """What the crop leaves of an upright picture of that size, decoded at a fraction."""
    if form.crop is None:
        return image
    # Pillow's scaling looks beyond its box, so what is cut off must be gone before
    top, right, bottom, left = form.crop
    width = (size[0] - right) // scale if right else image.size[0]
    height = (size[1] - bottom) // scale if bottom else image.size[1]
    return image.crop((left // scale, top // scale, width, height))


def _draft_scale(image: Any, turn: int, size: Size, box: Box, form: Form) -> int:
    """Fraction (1, 2, 4 or 8) at which a JPEG is decoded from now on; 1 for every other kind."""
    if image.format != "JPEG" or len(image.tile) != 1:
        return 1
    ratios = (box[2] - box[0]) / form.width, (box[3] - box[1]) / form.height
    room = max(ratios) if form.fit == "pad" else min(ratios)
    edges = [] if turn == 1 else list(size)
    if form.crop is not None:
        top, right, bottom, left = form.crop
        edges += [top, left, (size[0] - right) * (right > 0), (size[1] - bottom) * (bottom > 0)]
    for scale in (8, 4, 2):
        # no pixel may lie on both sides of a cut, nor half outside where the picture is turned
        if room >= _DRAFT * scale and all(edge % scale == 0 for edge in edges):
            image.draft(None, (image.size[0] // scale, image.size[1] // scale))
            return scale
    return 1


def _scaled(image: Any, box: Box, form: Form) -> Array:
    """The part of a grey or colour picture in the box, scaled (height, width, channels)."""
    width, height = form.width, form.height
    if form.fit == "pad":
        wide, high = box[2] - box[0], box[3] - box[1]
        share = min(width / wide, height / high)
        width = min(max(round(wide * share), 1), width)
        height = min(max(round(high * share), 1), height)
    small = image.resize((width, height), pillow().Resampling.BICUBIC, box, _GAP)
    pixels = np.asarray(small).reshape(height, width, form.channels)
    if (height, width) == (form.height, form.width):
        return np.array(pixels)  # Pillow's memory cannot be written to
    frame = np.zeros((form.height, form.width, form.channels), np.uint8)
    top, left = (form.height - height) // 2, (form.width - width) // 2
    frame[top : top + height, left : left + width] = pixels
    return frame
