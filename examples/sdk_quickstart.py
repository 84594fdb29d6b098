"""Footage and a text become a video, with nothing but the public SDK (pip install huaweicloudsdkmetastudio).

python sdk_quickstart.py URL PROJECT_ID ACCESS_KEY SECRET_KEY footage.mp4 consent_letter.pdf "Hello." out.mp4
"""

import sys
import time
from pathlib import Path

import requests
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkmetastudio.v1 import MetaStudioClient
from huaweicloudsdkmetastudio.v1 import model as m

url, project, access_key, secret_key, footage, letter, text, out = sys.argv[1:]
keys = BasicCredentials(access_key, secret_key, project)
client = MetaStudioClient.new_builder().with_credentials(keys).with_endpoint(url).build()


def upload(link, path):
    with open(path, "rb") as file:
        requests.put(link, data=file).raise_for_status()


def wait(show, request, good, *bad):
    while (job := show(request)).state not in (good, *bad):
        time.sleep(2)
    return job if job.state == good else sys.exit(f"{job.state}: {getattr(job, 'error_info', '')}")


create = m.Create2dModelTrainingJobReq(name="Ana")
job = client.create2d_model_training_job(m.Create2dModelTrainingJobRequest(body=create))
upload(job.training_video_upload_url[0], footage)
upload(job.grant_file_upload_url, letter)
submit = m.Execute2dModelTrainingCommandByUserReq(command="SUBMITVERIFYING")
request = m.Execute2dModelTrainingCommandByUserRequest(job_id=job.job_id, body=submit)
client.execute2d_model_training_command_by_user(request)
request = m.Show2dModelTrainingJobRequest(job_id=job.job_id)
show = client.show2d_model_training_job
avatar = wait(show, request, "JOB_SUCCESS", "AUTO_VERIFY_FAILED", "TRAIN_FAILED")

scene = m.ShootScript(script_type="TEXT", text_config=m.TextConfig(text=text))
order = m.Create2DDigitalHumanVideoReq(
    model_asset_id=avatar.asset_id,
    voice_config=m.VoiceConfig(voice_asset_id="kokoro-am_michael"),
    video_config=m.VideoConfig(bitrate=4000, width=1280, height=720),
    shoot_scripts=[m.ShootScriptItem(sequence_no=1, shoot_script=scene)],
)
job = client.create2_d_digital_human_video(m.Create2DDigitalHumanVideoRequest(body=order))
request = m.Show2DDigitalHumanVideoRequest(job_id=job.job_id)
video = wait(client.show2_d_digital_human_video, request, "SUCCEED", "FAILED")
Path(out).write_bytes(requests.get(video.output_asset_config.preview_video_url).content)
