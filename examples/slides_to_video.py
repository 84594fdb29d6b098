"""A deck becomes a narrated video, with nothing but the public SDK (pip install huaweicloudsdkmetastudio).

python slides_to_video.py URL PROJECT_ID ACCESS_KEY SECRET_KEY deck.pptx AVATAR_ASSET_ID VOICE_ID out.mp4

A scene for each page; its speaker notes are what is said. See docs/slides.md for steps and layouts.
"""

import base64
import hashlib
import sys
import time
from pathlib import Path

import requests
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkmetastudio.v1 import MetaStudioClient
from huaweicloudsdkmetastudio.v1 import model as m

url, project, access_key, secret_key, deck, avatar, voice, out = sys.argv[1:]
keys = BasicCredentials(access_key, secret_key, project)
client = MetaStudioClient.new_builder().with_credentials(keys).with_endpoint(url).build()

# Upload the deck.
data, path = Path(deck).read_bytes(), Path(deck)
meta = m.AssetExtraMeta(ppt_meta=m.PPTAssetMeta(auto_analysis=True))
body = m.CreateDigitalAssetRequestBody(asset_name=path.stem, asset_type="PPT", asset_extra_meta=meta)
asset_id = client.create_digital_asset(m.CreateDigitalAssetRequest(body=body)).asset_id
body = m.FilesCreateReq(
    file_name=path.name,
    file_md5=base64.b64encode(hashlib.md5(data).digest()).decode(),
    file_size=len(data),
    file_type=path.suffix[1:].upper(),
    asset_id=asset_id,
    asset_file_category="MAIN",
)
file = client.create_file(m.CreateFileRequest(body=body))
requests.put(file.upload_url, data=data).raise_for_status()
body = m.ConfirmFileUploadRequestBody(state="CREATED")
client.confirm_file_upload(m.ConfirmFileUploadRequest(file_id=file.file_id, body=body))

# Wait for its pages.
while True:
    asset = client.show_asset(m.ShowAssetRequest(asset_id=asset_id))
    pages = asset.asset_extra_meta.ppt_meta
    if pages.ppt_analysis_status == "SUCCEEDED":
        break
    if pages.ppt_analysis_status == "FAILED":
        sys.exit(pages.error_info.error_msg)
    time.sleep(1)
described = next(file for file in asset.files if file.file_name == "deck.json")
for font in requests.get(described.download_url).json()["fonts"]:
    if not font["is_installed"]:
        print(f"the font {font['name']} is missing: {font['replaced_by']} instead", file=sys.stderr)

# One scene that names the deck and says nothing stands for all of its pages. A page without notes lasts
# audio_duration seconds.
background = m.BackgroundConfigInfo(background_type="IMAGE", background_asset_id=asset_id)
scene = m.ShootScript(script_type="TEXT", background_config=[background], audio_duration=4)
body = m.Create2DDigitalHumanVideoReq(
    model_asset_id=avatar,
    voice_config=m.VoiceConfig(voice_asset_id=voice),
    video_config=m.VideoConfig(bitrate=4000, width=1280, height=720),
    shoot_scripts=[m.ShootScriptItem(sequence_no=1, shoot_script=scene)],
)
job_id = client.create2_d_digital_human_video(m.Create2DDigitalHumanVideoRequest(body=body)).job_id
while True:
    job = client.show2_d_digital_human_video(m.Show2DDigitalHumanVideoRequest(job_id=job_id))
    if job.state == "SUCCEED":
        break
    if job.state in ("FAILED", "CANCELED"):
        sys.exit(f"{job.state}: {job.error_info}")
    time.sleep(2)
Path(out).write_bytes(requests.get(job.output_asset_config.preview_video_url).content)
