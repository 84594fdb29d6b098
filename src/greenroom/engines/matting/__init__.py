"""Cut a person out of footage: by colour before a screen, by a segmentation network elsewhere."""

from greenroom.engines.matting.choose import choose_matter
from greenroom.engines.matting.clip import write_alpha_clip, write_avatar_clips
from greenroom.engines.matting.cutout import Cutout, Cutter

__all__ = ["Cutout", "Cutter", "choose_matter", "write_alpha_clip", "write_avatar_clips"]
