"""`python -m tools.simulate.measure`: writes measured.json, the CPU seconds of our own stages on this machine.

CPU seconds, because they hardly depend on what else runs; all threads and children are counted. At full size, with what
the chart ships: the packaged recogniser, the extractive planner, libx264. The plan is the sample recording's.
"""

import json
import os
import platform
import sys
import tempfile
from pathlib import Path
from typing import Any

import cv2
from tools.simulate.workload import MEASURED

from reelwright.events.v1.media_pb2 import ASSET_KIND_CLIP, Transcript
from reelwright.events.v1.requests_pb2 import PlanRequested
from reelwright_planner.plan import plan_extractively
from reelwright_renderer.bench import Bench, measured
from reelwright_renderer.bench_job import FULL_SIZE, JOB_S
from reelwright_transcription.engines.whisper_local import LocalModel, LocalWhisper
from reelwright_transcription.transcribe import transcribe

SAMPLE = Path(__file__).resolve().parents[2] / "docs" / "sample" / "talk.mp3"
TARGET_S, BUDGET_USD = 45.0, 2.0
"""What a project gets that asks for nothing."""


def main() -> None:
    transcript, transcription = measure_transcription()
    found = {
        "machine": {"system": platform.platform(), "python": platform.python_version(), "cores": os.cpu_count()},
        "transcription": transcription,
        "plan": measure_plan(transcript),
        "render": measure_render(),
    }
    MEASURED.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(MEASURED.read_text(encoding="utf-8"))


def measure_transcription() -> tuple[Transcript, dict[str, Any]]:
    """The sample is heard once before, so that loading the model, which a pod does once, is not counted."""
    engine = LocalWhisper(LocalModel())
    transcribe(SAMPLE, engine=engine)
    heard: list[Transcript] = []
    cost = measured(lambda: heard.append(transcribe(SAMPLE, engine=engine)))
    (transcript,) = heard
    return transcript, {"cpu_s_per_audio_s": round(cost.cpu_s / transcript.duration_s, 3)}


def measure_plan(transcript: Transcript) -> dict[str, Any]:
    request = PlanRequested(transcript=transcript, target_duration_s=TARGET_S, budget_usd=BUDGET_USD)
    planned = plan_extractively(request)
    cost = measured(lambda: plan_extractively(request))
    clips = sum(scene.kind == ASSET_KIND_CLIP for scene in planned.scenes)
    made_of = {"clips": clips, "pictures": len(planned.scenes) - clips, "video_s": planned.duration_s}
    return {"cpu_s": cost.cpu_s, **made_of}


def measure_render() -> dict[str, Any]:
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as raw:
        bench = Bench(Path(folder), Path(raw), JOB_S, FULL_SIZE)
        try:
            cost = bench.render_anew()
        finally:
            bench.close()
    return {"cpu_s_per_video_s": round(cost.cpu_s / bench.request.plan.duration_s, 3)}


if __name__ == "__main__":
    main()
