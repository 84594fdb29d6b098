"""What each part of a video depends on, as a key: a part that an earlier video had is not rendered again."""

from __future__ import annotations

from dataclasses import asdict

from greenroom.reuse.keys import piece_key, with_contents
from greenroom.stage.plan import RenderPlan, ScenePlan, plan_segments

KIND = "segment"
_NOT_IN_PICTURES = ("scenes", "title", "sound", "ends_at_first_frame")
"""Members of a plan; the last one counts for its last scene."""


def segment_keys(plan: RenderPlan, owner: str) -> list[str]:
    """In the order of the parts.

    A key holds the whole plan but what the joined file alone has, its title and its sound, and the other
    scenes, of which a part shows nothing. So a new member of a plan or a scene counts by itself.
    """
    whole = {name: value for name, value in asdict(plan).items() if name not in _NOT_IN_PICTURES}
    ends_as_it_began = plan.ends_at_first_frame and not any(scene.actions for scene in plan.scenes)
    described = with_contents(whole)
    scenes = [with_contents(asdict(scene)) for scene in plan.scenes]
    fonts = [with_contents(_fonts(plan, scene)) for scene in plan.scenes]
    return [
        piece_key(
            owner,
            KIND,
            {
                "video": described,
                "scene": scenes[spec.scene],
                "fonts": fonts[spec.scene],
                # Its end leads back to the first frame of all.
                "ends_as": scenes[0] if ends_as_it_began and spec.scene == len(plan.scenes) - 1 else None,
                "first_frame": spec.first_frame,
                "frame_count": spec.frame_count,
            },
        )
        for spec in plan_segments(plan)
    ]


def _fonts(plan: RenderPlan, scene: ScenePlan) -> list[str]:
    """Paths of the font files that the scene's texts are drawn with; the system may change them."""
    from greenroom.stage.subtitle_fonts import font_chain

    drawn = [(layer.text.font_name, layer.text.text) for layer in scene.layers if layer.text is not None]
    if plan.subtitle_style is not None and scene.subtitles:
        lines = "".join(line for cue in scene.subtitles for line in cue.lines)
        drawn.append((plan.subtitle_style.font_name, lines))
    return [face.path for name, text in drawn for face in font_chain(name, text).faces]
