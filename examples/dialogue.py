"""Two presenters talk in one video (pip install huaweicloudsdkmetastudio).

python dialogue.py URL PROJECT_ID ACCESS_KEY SECRET_KEY out.mp4

The presenters Anna and Leyla ship with Greenroom; ids of your own avatars do as well. Who speaks in a scene
stands in its member `x_greenroom`, which the SDK's classes do not have: the order is made as a plain dict,
which the SDK signs and sends like any other body. See docs/scenes.md.
"""

import sys
import time
from pathlib import Path

import requests
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkmetastudio.v1 import MetaStudioClient
from huaweicloudsdkmetastudio.v1 import model as m

url, project, access_key, secret_key, out = sys.argv[1:]
keys = BasicCredentials(access_key, secret_key, project)
client = MetaStudioClient.new_builder().with_credentials(keys).with_endpoint(url).build()

# The system's presenters are listed as assets of their own source.
request = m.ListAssetsRequest(asset_type="HUMAN_MODEL_2D", asset_source="SYSTEM")
people = {asset.asset_name.lower(): asset.asset_id for asset in client.list_assets(request).assets}

TALK = [
    ("anna", "Good morning! May I show you the lamps of Halden and Sons?"),
    ("leyla", "Please do. Which one is the brightest?"),
    ("anna", "This one. It shines for a year."),
]
VOICES = {"anna": "kokoro-af_heart", "leyla": "kokoro-bf_emma"}


def scene(number, name, text):
    said = {"script_type": "TEXT", "text_config": {"text": text}}
    who = {"model_asset_id": people[name], "voice_config": {"voice_asset_id": VOICES[name]}}
    return {"sequence_no": number, "shoot_script": said, "x_greenroom": who}


order = {
    "model_asset_id": people["anna"],
    "voice_config": {"voice_asset_id": VOICES["anna"]},
    "video_config": {"bitrate": 4000, "width": 1280, "height": 720},
    "shoot_scripts": [scene(number, *line) for number, line in enumerate(TALK, 1)],
}
job = client.create2_d_digital_human_video(m.Create2DDigitalHumanVideoRequest(body=order))
request = m.Show2DDigitalHumanVideoRequest(job_id=job.job_id)
while (video := client.show2_d_digital_human_video(request)).state not in ("SUCCEED", "FAILED"):
    time.sleep(2)
if video.state == "FAILED":
    sys.exit(video.error_info.error_msg)
Path(out).write_bytes(requests.get(video.output_asset_config.preview_video_url).content)
