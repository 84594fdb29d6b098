"""A presenter with subtitles over a picture, by MoviePy: the reference of `greenroom bench studio`.

Runs in a Python that has MoviePy and need not have Greenroom; reads the job from its input.
"""

import json
import sys
import time


def main() -> None:
    from moviepy import AudioFileClip, CompositeVideoClip, ImageClip, TextClip, VideoFileClip

    job = json.load(sys.stdin)
    started = time.perf_counter()
    wall = ImageClip(job["picture"]).resized(job["size"]).with_duration(job["seconds"])
    person = VideoFileClip(job["person"], has_mask=True)
    texts = [
        TextClip(
            font=job["font"], text=text, font_size=48, color="white", stroke_color="black", stroke_width=2
        )
        .with_start(start)
        .with_end(end)
        .with_position(("center", 0.85), relative=True)
        for start, end, text in job["cues"]
        if end <= job["seconds"]
    ]
    movie = CompositeVideoClip([wall, person, *texts], size=tuple(job["size"]))
    movie = movie.with_duration(job["seconds"]).with_audio(
        AudioFileClip(job["speech"]).subclipped(0, job["seconds"])
    )
    movie.write_videofile(
        job["out"],
        fps=job["fps"],
        codec="libx264",
        preset=job["preset"],
        threads=job["threads"],
        ffmpeg_params=["-crf", str(job["crf"])],
        logger=None,
    )
    print(json.dumps({"realtime_factor": job["seconds"] / (time.perf_counter() - started)}))


if __name__ == "__main__":
    main()
