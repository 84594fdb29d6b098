"""A film of two minutes that uses every kind of layer, made with nothing but the public SDK.

python film.py URL PROJECT_ID ACCESS_KEY SECRET_KEY out.mp4

Needs huaweicloudsdkmetastudio and what `pictures.py` draws with (av, opencv, numpy, python-pptx). The
presenters Anna and Leyla ship with Greenroom.
"""

import base64
import hashlib
import sys
import tempfile
import time
from pathlib import Path

import pictures
import requests
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkmetastudio.v1 import MetaStudioClient
from huaweicloudsdkmetastudio.v1 import model as m

WIDTH, HEIGHT = 1920, 1080
KINDS = {"mp4": "VIDEO", "webm": "VIDEO", "png": "IMAGE", "jpg": "IMAGE", "wav": "MUSIC", "pptx": "PPT"}
VOICES = {"anna": "kokoro-af_heart", "leyla": "kokoro-bf_emma", "mei": "kokoro-zf_xiaoni"}


class Service:
    """The few calls that the film needs."""

    def __init__(self, url: str, project: str, access_key: str, secret_key: str) -> None:
        keys = BasicCredentials(access_key, secret_key, project)
        self._client = MetaStudioClient.new_builder().with_credentials(keys).with_endpoint(url).build()

    def presenters(self) -> dict[str, str]:
        request = m.ListAssetsRequest(asset_type="HUMAN_MODEL_2D", asset_source="SYSTEM")
        return {
            asset.asset_name.lower(): asset.asset_id for asset in self._client.list_assets(request).assets
        }

    def upload(self, path: Path) -> str:
        """The id of a new asset with this file."""
        kind = KINDS[path.suffix[1:]]
        meta = m.AssetExtraMeta(ppt_meta=m.PPTAssetMeta(auto_analysis=True)) if kind == "PPT" else None
        body = m.CreateDigitalAssetRequestBody(asset_name=path.stem, asset_type=kind, asset_extra_meta=meta)
        made = self._client.create_digital_asset(m.CreateDigitalAssetRequest(body=body))
        data = path.read_bytes()
        body = m.FilesCreateReq(
            file_name=path.name,
            file_md5=base64.b64encode(hashlib.md5(data).digest()).decode(),
            file_size=len(data),
            file_type=path.suffix[1:].upper(),
            asset_id=made.asset_id,
            asset_file_category="MAIN",
        )
        file = self._client.create_file(m.CreateFileRequest(body=body))
        requests.put(file.upload_url, data=data).raise_for_status()
        body = m.ConfirmFileUploadRequestBody(state="CREATED")
        self._client.confirm_file_upload(m.ConfirmFileUploadRequest(file_id=file.file_id, body=body))
        self._until_ready(made.asset_id, kind)
        return made.asset_id

    def _until_ready(self, asset_id: str, kind: str) -> None:
        while True:
            asset = self._client.show_asset(m.ShowAssetRequest(asset_id=asset_id))
            pages = asset.asset_extra_meta.ppt_meta if kind == "PPT" else None
            if asset.asset_state == "ACTIVED" and (pages is None or pages.ppt_analysis_status == "SUCCEEDED"):
                return
            if asset.asset_state not in ("CREATING", "ACTIVED"):
                sys.exit(f"{asset.asset_name}: {asset.asset_state} {asset.reason or ''}")
            time.sleep(0.5)

    def make(self, order: dict) -> bytes:
        """The finished video."""
        job = self._client.create2_d_digital_human_video(m.Create2DDigitalHumanVideoRequest(body=order))
        request = m.Show2DDigitalHumanVideoRequest(job_id=job.job_id)
        show = self._client.show2_d_digital_human_video
        while (video := show(request)).state not in ("SUCCEED", "FAILED"):
            time.sleep(2)
        if video.state == "FAILED":
            sys.exit(video.error_info.error_msg)
        return requests.get(video.output_asset_config.preview_video_url).content


def layer(kind, asset=None, at=None, index=10, width=None, height=None, angle=None, **more):
    """One layer; `more` are its own members, `x` those of `x_greenroom`."""
    made = {"layer_type": kind, **{name: value for name, value in more.items() if name != "x"}}
    if asset:
        made["asset_id"] = asset
    if at:
        made["position"] = {"dx": at[0], "dy": at[1], "layer_index": index}
    if width or height:
        sides = {"width": width, "height": height}
        made["size"] = {name: value for name, value in sides.items() if value}
    if angle:
        made["rotation"] = {"angle": angle}
    if "x" in more:
        made["x_greenroom"] = more["x"]
    return made


def text(words, at, size=72, colour="#FFFFFF", index=20, width=None, **x):
    """A text layer with a soft shadow."""
    look = {"shadow": {"color": "#000000", "dx": 0, "dy": 4, "blur": 6, "opacity": 0.6}, **x}
    config = {
        "text_context": base64.b64encode(words.encode()).decode(),
        "font_size": size,
        "font_color": colour,
    }
    return layer("TEXT", at=at, index=index, width=width, text_config=config, x=look)


def person(x, y=60, height=1020, index=5):
    """The presenter; pictures of the cast are four to three."""
    return layer("HUMAN", at=(x, y), index=index, width=height * 4 // 3, height=height)


def scenes(files: dict[str, str], people: dict[str, str]) -> list[dict]:
    """Twelve scenes. `files`: asset ids by the names of `pictures.draw_all`."""
    office = {"background_type": "IMAGE", "background_asset_id": files["office"]}
    quay = {"background_type": "IMAGE", "background_asset_id": files["quay"]}
    sea = {"background_type": "VIDEO", "background_asset_id": files["harbour"]}
    plain = {"background_type": "COLOR", "background_color_config": "#22384F"}
    slide = {"kind": "slide", "side": "left", "ms": 700}
    fade, zoom = {"kind": "fade", "ms": 700}, {"kind": "zoom", "ms": 600}
    leyla = {"model_asset_id": people["leyla"], "voice_config": {"voice_asset_id": VOICES["leyla"]}}
    told = [
        # A video behind everything, a text that grows, an action on its word.
        (
            sea,
            '<speak><insert-action name="Welcome" tag="welcome"/>Good evening, and welcome to the harbour of '
            "Halden. It is six o'clock, the tide is coming in, and one after another the lamps are being "
            "lit. Please take your time, hold on to the rail, and let me show you around.</speak>",
            [person(560), text("Lamps of Halden", (90, 110), 110, "#FFD98A", entrance=zoom)],
            None,
        ),
        # A transparent picture behind the presenter, sliding in.
        (
            office,
            "This is the lamp that it all began with. My grandmother made it from an old kettle, and "
            "hung it above her door. The next evening, her neighbour wanted one too, and by the end "
            "of that winter the whole street was bright.",
            [layer("IMAGE", files["lamp"], (150, 90), 1, height=900, x={"entrance": slide}), person(640)],
            None,
        ),
        # A video with its own place, before the presenter.
        (
            office,
            "Out there, the waves never rest. So the glass has to be thick, and the flame has to be "
            "steady. Last winter the wind blew for eleven days, and not one of them went out. We "
            "count them every morning, to be sure.",
            [
                person(-180),
                layer(
                    "VIDEO",
                    files["waves"],
                    (1010, 200),
                    9,
                    width=800,
                    video_config={"loop_count": -1, "video_sound": 0},
                    x={"entrance": fade, "start_ms": 800},
                ),
                text("Force nine, last winter", (1010, 730), 54),
            ],
            None,
        ),
        # Another presenter and voice, head and shoulders.
        (
            quay,
            "I have a question. I came by boat tonight, and I tried to count them all. How many lamps "
            "are there today?",
            [text("Leyla, harbour radio", (90, 760), 48, "#FFD98A", entrance=slide)],
            {**leyla, "framing": "head"},
        ),
        # A picture that fades in, an action that points at it.
        (
            office,
            '<speak>Nearly nine hundred. <insert-action name="Point" tag="point_left"/>Look at this chart: '
            "there are more of them every year. In the year we began, there were two hundred. Next "
            "spring we will hang the thousandth, and everybody is invited.</speak>",
            [layer("IMAGE", files["chart"], (90, 190), 3, width=900, x={"entrance": fade}), person(700)],
            None,
        ),
        # A slide of a deck: its notes are what is said.
        (
            {"background_type": "IMAGE", "background_asset_id": files["deck"]},
            None,
            [person(960, 330, 750)],
            None,
        ),
        # A clip with opacity before the presenter.
        (
            sea,
            "At night the moths come. They are small, and they are many, and they like our lamps very "
            "much. We like them too. When there are many, the next day will be warm, and the "
            "fishermen can leave their coats at home.",
            [
                person(420),
                layer(
                    "VIDEO",
                    files["moths"],
                    (560, 40),
                    9,
                    width=1000,
                    video_config={"loop_count": -1},
                    x={"entrance": fade, "exit": fade},
                ),
            ],
            None,
        ),
        # Scripts of the world, with outlines, on a plain colour.
        (
            plain,
            "Ships come from everywhere. So our sign says good evening to everyone: in English, in "
            "Chinese, in Arabic, in Greek, in Russian, and in Japanese.",
            [
                person(-200),
                text("Good evening", (1010, 110), 76, "#FFD98A", entrance=fade),
                text("晚上好", (1010, 240), 76, start_ms=500, entrance=fade),
                text("مساء الخير", (1010, 370), 76, start_ms=1000, entrance=fade),
                text("Καλησπέρα", (1010, 510), 76, start_ms=1500, entrance=fade),
                text("Добрый вечер", (1010, 640), 76, start_ms=2000, entrance=fade),
                text("こんばんは", (1010, 770), 76, start_ms=2500, entrance=fade),
            ],
            None,
        ),
        # Another language in its own voice.
        (
            quay,
            "晚上好，欢迎来到哈尔登港。这里的灯整夜都亮着。无论您几点回来，我们都在等您。",
            [
                person(420),
                text("哈尔登港", (120, 120), 96, "#FFD98A", outline={"color": "#203040", "width": 5}),
            ],
            {"voice_config": {"voice_asset_id": VOICES["mei"]}},
        ),
        # A turned picture, half transparent, with another one before the presenter.
        (
            office,
            "Some lamps hang a little crooked. We like them that way, and so do the seagulls. If you "
            "find one that hangs straight, please tell us, and we will see to it before breakfast.",
            [
                layer("IMAGE", files["lamp"], (1240, 60), 2, height=800, angle=14, x={"opacity": 0.55}),
                person(100),
                layer("IMAGE", files["lamp"], (1330, 320), 8, height=720, angle=352, x={"entrance": zoom}),
            ],
            None,
        ),
        # The second presenter again, with a pause that the text asks for.
        (
            quay,
            '<speak>Thank you. <break time="500ms"/>I will tell our listeners all about it. And who '
            "turns them off in the morning?</speak>",
            [text("Leyla, harbour radio", (90, 760), 48, "#FFD98A")],
            {**leyla, "framing": "head"},
        ),
        # The end: a text that leaves.
        (
            sea,
            "Nobody does. They go out by themselves, when the last boat is home and the sun looks over "
            "the hills. Thank you for your "
            "visit, mind the step, and good night!",
            [
                person(820),
                text("Nobody comes home\nin the dark", (110, 150), 92, "#FFD98A", entrance=fade, exit=fade),
            ],
            None,
        ),
    ]
    return [_scene(number, *line) for number, line in enumerate(told, 1)]


def _scene(number, background, said, layers, extension):
    shoot = {"script_type": "TEXT", "background_config": [background], "layer_config": layers}
    if said is not None:
        shoot["text_config"] = {"text": said}
    scene = {"sequence_no": number, "shoot_script": shoot}
    return {**scene, "x_greenroom": extension} if extension else scene


def film_order(files: dict[str, str], people: dict[str, str]) -> dict:
    return {
        "model_asset_id": people["anna"],
        "voice_config": {"voice_asset_id": VOICES["anna"]},
        "video_config": {
            "width": WIDTH, "height": HEIGHT, "bitrate": 6000, "is_subtitle_enable": True,
            "subtitle_config": {"dx": 260, "dy": 880, "w": 1400, "h": 170, "font_size": 46},
        },
        "background_music_config": {"music_asset_id": files["music"], "volume": 45},
        "shoot_scripts": scenes(files, people),
        "output_asset_config": {"asset_name": "Lamps of Halden"},
    }  # fmt: skip


def main() -> None:
    *service, out = sys.argv[1:]
    studio = Service(*service)
    with tempfile.TemporaryDirectory() as folder:
        files = {name: studio.upload(path) for name, path in pictures.draw_all(Path(folder)).items()}
    Path(out).write_bytes(studio.make(film_order(files, studio.presenters())))
    print(out)


if __name__ == "__main__":
    main()
