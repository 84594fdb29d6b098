"""What each part of a video depends on, as a key: a part that an earlier video had is not rendered again."""

from __future__ import annotations

from dataclasses import asdict

from greenroom.reuse.keys import piece_key, with_contents
from greenroom.stage.plan import RenderPlan, ScenePlan, plan_segments

KIND = "segment"


def segment_keys(plan: RenderPlan, owner: str) -> list[str]:
    """In the order of the parts.

    A key holds the whole plan but its title, which stands in the joined file only, and the other scenes, of
    which a part shows nothing. So a new member of a plan or a scene counts by itself.
    """
    whole = {name: value for name, value in asdict(plan).items() if name not in ("scenes", "title")}
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
                "first_frame": spec.first_frame,
                "frame_count": spec.frame_count,
            },
        )
        for spec in plan_segments(plan)
    ]


def _fonts(plan: RenderPlan, scene: ScenePlan) -> list[str]:
    """Paths of the font files that the scene's subtitles are drawn with; the system may change them."""
    if plan.subtitle_style is None or not scene.subtitles:
        return []
    from greenroom.stage.subtitle_fonts import font_chain

    text = "".join(line for cue in scene.subtitles for line in cue.lines)
    return [face.path for face in font_chain(plan.subtitle_style.font_name, text).faces]
