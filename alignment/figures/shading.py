"""Colours along a scale, and the ink that is readable on them."""

from collections.abc import Sequence


def mixed(scale: Sequence[str], share: float) -> str:
    """The colour at a share (0 to 1) of the scale, mixed as plotly does it: linearly in sRGB."""
    share = min(1.0, max(0.0, share)) * (len(scale) - 1)
    at = min(int(share), len(scale) - 2)
    low, high = _channels(scale[at]), _channels(scale[at + 1])
    return "#" + "".join(f"{round(a + (b - a) * (share - at)):02X}" for a, b in zip(low, high, strict=True))


def readable_on(color: str) -> str:
    """Black or white, whichever has more contrast: at least 4.5 on any colour, which ink and ground miss."""
    behind = luminance(color)
    return max(("#000000", "#FFFFFF"), key=lambda text: _contrast(luminance(text), behind))


def luminance(color: str) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.2)."""
    linear = [
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in (value / 255 for value in _channels(color))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def faded(color: str, alpha: float) -> str:
    """The colour as rgba."""
    red, green, blue = _channels(color)
    return f"rgba({red},{green},{blue},{alpha:g})"


def _contrast(one: float, other: float) -> float:
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


def _channels(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
