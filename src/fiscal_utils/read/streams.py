"""How much the compressed streams of a PDF unpack to, told before a library unpacks them whole."""

import re
import zlib
from itertools import pairwise

_MARK = re.compile(rb"stream")
_PACKED = re.compile(rb"/(FlateDecode|Fl)\b")
_ENTRIES = 400
_BEST_RATIO = 1032
"""Flate packs so many bytes into one at best: a short stream stays small unless it is packed twice."""
_CHUNK = 1_000_000
_SAMPLE = 4096
_DENSE = 50


def unpacks_beyond(data: bytes, limit: int) -> bool:
    """Whether a stream of the file that begins as dense as no font or picture is unpacks to more than `limit` bytes."""
    marks = [(match.start(), match.end()) for match in _MARK.finditer(data)]
    for (mark, start), (end, _) in pairwise([*marks, (len(data), 0)]):
        entries = data[max(0, mark - _ENTRIES) : mark]
        layers = len(_PACKED.findall(entries[entries.rfind(b" obj") :]))
        if not layers or entries.endswith(b"end"):
            continue
        is_large = (end - start) * _BEST_RATIO > limit and _is_dense(data[start : start + _SAMPLE].lstrip())
        if (is_large or layers > 1) and _unpacked(data[start:end].lstrip(), layers, limit) > limit:
            return True
    return False


def _is_dense(packed: bytes) -> bool:
    wanted = _DENSE * _SAMPLE
    return _unpacked(packed, 1, wanted) > wanted


def _unpacked(packed: bytes, layers: int, limit: int) -> int:
    """How many bytes come out of the layers of packing, counted up to just above the limit."""
    unpackers = [zlib.decompressobj() for _ in range(layers)]
    total = 0

    def feed(piece: bytes, layer: int) -> None:
        nonlocal total
        if layer == layers:
            total += len(piece)
            return
        while piece and total <= limit and not unpackers[layer].eof:
            feed(unpackers[layer].decompress(piece, _CHUNK), layer + 1)
            piece = unpackers[layer].unconsumed_tail

    try:
        feed(packed, 0)
    except zlib.error:
        return total
    return total
