"""`reelwright serve` as a process: a video by HTTP alone, in two calls; stopped, started again, refused."""

import functools
import hashlib
import http.server
import json
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
from e2e.command import Reelwright, ended
from e2e.conftest import Talk
from e2e.recordings import SAMPLE, SCRIPT
from parts.ports import free_port

_PATIENCE_S = 15.0


@contextmanager
def serving(reelwright: Reelwright) -> Iterator[tuple["subprocess.Popen[str]", httpx.Client]]:
    """The process, and a client of it."""
    with reelwright.serving() as (process, address), httpx.Client(base_url=address, timeout=120) as client:
        yield process, client


def _create(client: httpx.Client, talk: Talk, **wanted: object) -> dict[str, str]:
    answer = client.post("/v1/projects", json={"script": talk.script.read_text(encoding="utf-8"), **wanted})
    assert answer.status_code == 201, answer.text
    project: dict[str, str] = answer.json()
    return project


def _upload(client: httpx.Client, project: dict[str, str], talk: Talk) -> None:
    with talk.audio.open("rb") as file:
        answer = client.put(f"/v1/projects/{project['id']}/audio", content=file)
    assert answer.status_code == 200, answer.text


def _completed(client: httpx.Client, project: dict[str, str]) -> list[str]:
    """Follows the events until the project is completed; the states that were told."""
    return _reached(client, project, "completed")


def _reached(client: httpx.Client, project: dict[str, str], state: str) -> list[str]:
    states: list[str] = []
    with client.stream("GET", f"/v1/projects/{project['id']}/events") as answer:
        for line in answer.iter_lines():
            told = json.loads(line.removeprefix("data: ")) if line.startswith("data: ") else {}
            if "state" in told:
                states.append(told["state"])
                assert told["state"] != "failed", told
            if states[-1:] == [state]:
                return states
    raise AssertionError(f"the stream ended at {states}")


def test_two_calls_and_a_stream_make_a_video(reelwright: Reelwright, short_talk: Talk) -> None:
    with serving(reelwright) as (process, client):
        project = _create(client, short_talk, title="A short talk")
        _upload(client, project, short_talk)
        _completed(client, project)
        done = client.get(f"/v1/projects/{project['id']}").json()
        link = done["video"]["video"]
        whole = client.get(link["url"]).content
        assert len(whole) == link["size_bytes"]
        assert whole[4:8] == b"ftyp"
        part = client.get(link["url"], headers={"Range": f"bytes=1000-{len(whole)}"})
        assert (part.status_code, part.content) == (206, whole[1000:])
        assert client.get(done["video"]["captions_vtt"]["url"]).text.startswith("WEBVTT")
        process.send_signal(signal.SIGTERM)
        assert ended(process).code == 0


def test_an_upload_in_parts_goes_on_after_a_restart(reelwright: Reelwright, short_talk: Talk) -> None:
    recording = short_talk.audio.read_bytes()
    reelwright.environment["REELWRIGHT_GATEWAY_UPLOAD_PART_BYTES"] = str(len(recording) // 2)
    with serving(reelwright) as (process, client):
        project = _create(client, short_talk)
        path = f"/v1/projects/{project['id']}/uploads"
        begun = client.post(path, json={"size_bytes": len(recording)}).json()
        assert _send(begun, recording, begun["parts"][0])
        process.send_signal(signal.SIGTERM)
        assert ended(process).code == 0
    with serving(reelwright) as (_, client):
        resumed = client.get(f"{path}/{begun['id']}").json()
        missing = [part for part in resumed["parts"] if not part["arrived"]]
        assert len(missing) == len(begun["parts"]) - 1
        assert all(_send(resumed, recording, part) for part in missing)
        sha256 = hashlib.sha256(recording).hexdigest()
        done = client.post(f"{path}/{begun['id']}/complete", json={"sha256": sha256})
        assert (done.status_code, done.json()["audio"]["sha256"]) == (200, sha256), done.text
        assert _completed(client, project)[-1] == "completed"


def _send(upload: dict[str, Any], recording: bytes, part: dict[str, Any]) -> bool:
    start = (part["number"] - 1) * upload["part_size_bytes"]
    return httpx.put(part["url"], content=recording[start : start + part["size_bytes"]]).is_success


def test_a_recording_that_is_being_fetched_is_fetched_after_a_restart(reelwright: Reelwright, short_talk: Talk) -> None:
    port = free_port()
    reelwright.environment["REELWRIGHT_GATEWAY_FETCH_LOOPBACK"] = "true"
    with socket.create_server(("127.0.0.1", port)) as silent, serving(reelwright) as (process, client):
        project = _create(client, short_talk, audio={"url": f"http://127.0.0.1:{port}/{short_talk.audio.name}"})
        asking, _ = silent.accept()
        assert client.get(f"/v1/projects/{project['id']}").json()["progress"]["stage"] == "fetch"
        process.kill()
        process.wait()
        asking.close()
    with _files(short_talk.audio.parent, port), serving(reelwright) as (_, client):
        assert _completed(client, project)[-1] == "completed"
        done = client.get(f"/v1/projects/{project['id']}").json()
        assert done["audio"]["sha256"] == hashlib.sha256(short_talk.audio.read_bytes()).hexdigest()


@contextmanager
def _files(folder: Path, port: int) -> Iterator[None]:
    """A folder over HTTP."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


def test_what_ran_when_it_was_stopped_goes_on_when_it_is_started_again(reelwright: Reelwright, talk: Talk) -> None:
    with serving(reelwright) as (process, client):
        project = _create(client, talk)
        _upload(client, project, talk)
        process.send_signal(signal.SIGTERM)
        assert ended(process).code == 0
    with serving(reelwright) as (_, client):
        assert _completed(client, project)[-1] == "completed"
        assert len(reelwright.charged()) == len(client.get(f"/v1/projects/{project['id']}").json()["scenes"])


def test_a_request_that_runs_when_it_is_stopped_is_answered(reelwright: Reelwright, short_talk: Talk) -> None:
    recording = short_talk.audio.read_bytes()
    with serving(reelwright) as (process, client):
        project = _create(client, short_talk)
        address = (client.base_url.host, client.base_url.port or 0)
        with socket.create_connection(address, timeout=60) as sending, sending.makefile("rb") as answer:
            sending.sendall(_upload_head(project, len(recording)))
            assert answer.readline() == b"HTTP/1.1 100 Continue\r\n", "the request is being worked on"
            process.send_signal(signal.SIGTERM)
            _until_refused(address)
            sending.sendall(recording)
            assert answer.readline() == b"\r\n"
            assert answer.readline() == b"HTTP/1.1 200 OK\r\n"
        assert ended(process).code == 0


def test_an_upload_that_stands_still_does_not_hold_it(reelwright: Reelwright, short_talk: Talk) -> None:
    with serving(reelwright) as (process, client):
        project = _create(client, short_talk)
        address = (client.base_url.host, client.base_url.port or 0)
        with socket.create_connection(address, timeout=60) as sending, sending.makefile("rb") as answer:
            sending.sendall(_upload_head(project, short_talk.audio.stat().st_size))
            assert answer.readline() == b"HTTP/1.1 100 Continue\r\n"
            process.send_signal(signal.SIGTERM)
            _, error = process.communicate(timeout=_PATIENCE_S)
        assert (process.returncode, "Stopped." in error) == (0, True)


def _upload_head(project: dict[str, str], size_bytes: int) -> bytes:
    headers = f"Host: localhost\r\nContent-Length: {size_bytes}\r\nExpect: 100-continue\r\n\r\n"
    return f"PUT /v1/projects/{project['id']}/audio HTTP/1.1\r\n{headers}".encode()


def _until_refused(address: tuple[str, int]) -> None:
    """Returns once nobody listens there any more."""
    ends_s = time.monotonic() + _PATIENCE_S
    while time.monotonic() < ends_s:
        try:
            socket.create_connection(address, timeout=1).close()
        except ConnectionRefusedError:
            return
        time.sleep(0.05)  # between two looks
    raise AssertionError(f"{address} is still listened on")


def test_an_own_picture_is_shown_for_nothing(reelwright: Reelwright, short_talk: Talk) -> None:
    found, red = cv2.imencode(".png", np.full((320, 180, 3), (0, 0, 255), np.uint8))
    assert found
    with serving(reelwright) as (_, client):
        project = _create(client, short_talk, review="scenes")
        _upload(client, project, short_talk)
        assert _reached(client, project, "planned")
        scenes = client.get(f"/v1/projects/{project['id']}/scenes").json()["scenes"]
        for scene in scenes:
            path = f"/v1/projects/{project['id']}/scenes/{scene['id']}/picture"
            assert client.put(path, content=red.tobytes()).status_code == 200
        frame = client.get(f"/v1/projects/{project['id']}/frame", params={"t": 1})
        assert _is_red(frame.content), "nothing is rendered yet"
        approved = client.post(f"/v1/projects/{project['id']}/scenes/approve").json()
        assert (approved["estimate"]["assets"], approved["estimate"]["cost_usd_at_most"]) == (0, 0.0)
        assert _reached(client, project, "completed")
        done = client.get(f"/v1/projects/{project['id']}").json()
        assert {scene["provider"] for scene in done["scenes"]} == {"user"}
        assert _is_red(client.get(done["poster"]["url"]).content)
    assert reelwright.charged() == []


def _is_red(jpeg: bytes) -> bool:
    """At its upper edge, above all captions."""
    drawn = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert drawn is not None
    blue, green, red = drawn[:40].mean((0, 1))
    return bool(red > 150 and max(blue, green) < 60)


def test_consent_is_asked_for_where_it_is_required(reelwright: Reelwright) -> None:
    reelwright.environment["REELWRIGHT_GATEWAY_CONSENT_TERMS"] = '{"local": "7"}'
    with serving(reelwright) as (_, client):
        refused = client.post("/v1/projects", json={})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/consent")
        made = client.post("/v1/projects", json={"consent": {"terms_version": "7"}}).json()
        assert client.get(f"/v1/projects/{made['id']}").json()["consent"]["terms_version"] == "7"


def test_a_copy_of_another_length_and_style_buys_nothing(reelwright: Reelwright) -> None:
    whole = Talk(SAMPLE, SCRIPT)
    with serving(reelwright) as (_, client):
        project = _create(client, whole, target_duration_s=45)
        _upload(client, project, whole)
        _completed(client, project)
        bought = reelwright.charged()
        assert bought
        first = client.get(f"/v1/projects/{project['id']}").json()
        assert first["video"]["duration_s"] > 31
        wanted = {"target_duration_s": 30, "caption_style": "pop"}
        copied = client.post(f"/v1/projects/{project['id']}/copy", json=wanted)
        assert copied.status_code == 201, copied.text
        assert copied.json()["estimate"]["cost_usd_at_most"] == 0
        assert client.delete(f"/v1/projects/{project['id']}").status_code == 204
        _completed(client, copied.json())
        done = client.get(f"/v1/projects/{copied.json()['id']}").json()
        assert done["video"]["duration_s"] < 31
        assert (done["cost_usd"], done["quality"]) == (0, "full")
        assert all(scene["asset_id"] for scene in done["scenes"])
    assert reelwright.charged() == bought


def test_another_address_needs_identity(reelwright: Reelwright) -> None:
    done = reelwright.run("serve", "--host", "0.0.0.0", "--port", "0", "--offline")
    assert done.code == 2
    assert "REELWRIGHT_GATEWAY_IDENTITY=required" in done.err


def test_an_address_in_use_is_said(reelwright: Reelwright, tmp_path: Path) -> None:
    with serving(reelwright) as (_, client):
        other = Reelwright(tmp_path / "other", reelwright.folder)
        done = other.run("serve", "--port", str(client.base_url.port), "--offline")
        assert done.code == 2
        assert "in use" in done.err


def test_the_page_runs_its_own_script_and_no_other(reelwright: Reelwright) -> None:
    with serving(reelwright) as (_, client):
        page = client.get("/")
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert "script-src 'sha256-" in page.headers["content-security-policy"]


def test_an_operator_sees_by_one_command_whether_videos_are_made(reelwright: Reelwright) -> None:
    with serving(reelwright) as (_, client):
        address = str(client.base_url)
        done = reelwright.run("ops", "video", "--api", address)
        assert done.code == 0, done.err
        assert re.search(r"completed +after +[0-9.]+ s\nA video of [5-6]\.\d s", done.out), done.out
        assert not client.get("/v1/projects").json()["items"], "it leaves nothing behind"
    gone = reelwright.run("ops", "video", "--api", address)
    assert gone.code == 1
    assert f"The API at {address}" in gone.err.replace("\n", "")
