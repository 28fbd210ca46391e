"""Pictures: read under a limit of pixels, and drawn anew without anything but what one sees."""

import struct
from pathlib import Path
from typing import IO

from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from evidence.attachments.formats import Refused
from evidence.attachments.report import Report

MOST_PIXELS = 25_000_000
FORMAT_OF = {"jpg": "JPEG", "jpeg": "JPEG", "png": "PNG", "webp": "WEBP"}
DAMAGED = (UnidentifiedImageError, OSError, SyntaxError, ValueError, struct.error)
MODES = {"JPEG": ("RGB", "L"), "PNG": ("RGB", "RGBA", "L", "LA"), "WEBP": ("RGB", "RGBA")}
HARMLESS = {"jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi", "gamma", "progressive", "background"}
HARMLESS |= {"progression", "transparency", "interlace", "loop", "timestamp", "duration", "aspect", "adobe"}
HARMLESS |= {"adobe_transform", "srgb", "chromaticity", "default_image", "bbox"}


def clean(path: Path, to: Path) -> Report:
    """Draw a picture anew. Raises Refused when it is damaged or has too many pixels."""
    with path.open("rb") as file, to.open("wb") as copy:
        return redraw(file, copy, FORMAT_OF[path.suffix.lower().lstrip(".")])


def redraw(file: IO[bytes], copy: IO[bytes], format_: str) -> Report:
    """Write what one sees of a picture of this format, and say what else it held. Raises Refused."""
    try:
        with opened(file, format_) as picture:
            width, height = picture.size
            if width * height > MOST_PIXELS:
                raise Refused(
                    f"It has {width} by {height} pixels, more than {MOST_PIXELS // 1_000_000} million. "
                    "Save it smaller and add that."
                )
            report = what_is_hidden(picture)
            drawn = ImageOps.exif_transpose(picture)
            drawn = drawn.convert(mode_for(drawn, format_))
    except DAMAGED as error:
        raise Refused("A picture is damaged, or not what its name says.") from error
    drawn.info.clear()
    drawn.getexif().clear()
    drawn.save(copy, format_, **({"quality": 90} if format_ != "PNG" else {}))
    return report


def pixels_of(file: IO[bytes], format_: str) -> int:
    """How many pixels a picture states to have. Raises Refused."""
    try:
        with opened(file, format_) as picture:
            width, height = picture.size
            return int(width * height)
    except DAMAGED as error:
        raise Refused("A picture is damaged, or not what its name says.") from error


def opened(file: IO[bytes], format_: str) -> Image.Image:
    Image.MAX_IMAGE_PIXELS = None  # our own limit comes before a pixel is read, and says what to do
    return Image.open(file, formats=[format_])


def mode_for(picture: Image.Image, format_: str) -> str:
    """The colours to draw in, so that no palette with more than one meaning is left."""
    if picture.mode in MODES[format_]:
        return picture.mode
    sees_through = picture.has_transparency_data and format_ != "JPEG"
    return "RGBA" if sees_through else "RGB"


def what_is_hidden(picture: Image.Image) -> Report:
    report = Report()
    exif = picture.getexif()
    if exif.get_ifd(ExifTags.IFD.GPSInfo):
        report.note("The place where it was taken (GPS)")
    if exif:
        report.note("What the camera noted: device, time, names (EXIF)")
    if {"xmp", "XML:com.adobe.xmp"} & picture.info.keys():
        report.note("What programs noted (XMP)")
    if "photoshop" in picture.info:
        report.note("What programs noted (IPTC)")
    if "icc_profile" in picture.info:
        report.note("A colour profile")
    if picture.info.keys() - HARMLESS - {"exif", "xmp", "XML:com.adobe.xmp", "photoshop", "icc_profile"}:
        report.note("Comments or other text")
    if getattr(picture, "n_frames", 1) > 1:
        report.note("All frames but the first")
    return report
