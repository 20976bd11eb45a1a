"""Projects over HTTP, from the first request to the video."""

from dataclasses import replace
from pathlib import Path

from apihouse import BASE, MP3, VIDEO, house

from reelwright_chassis.reasons import registry
from reelwright_gateway.defaults import Defaults


async def test_two_calls_make_a_video(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        made = await here.create(title="Why we sleep", labels={"campaign": "autumn"})
        assert made["upload"] == {
            "method": "PUT",
            "url": f"{BASE}/v1/projects/{made['id']}/audio",
            "parts_url": f"{BASE}/v1/projects/{made['id']}/uploads",
            "max_bytes": 100_000_000,
            "formats": ["mp3", "wav", "m4a", "aac", "ogg", "flac", "webm"],
        }
        assert (made["state"], made["waiting_on"]) == ("created", "user")
        uploaded = await here.upload(made)
        assert uploaded["audio"]["size_bytes"] == len(MP3)
        done = await here.until(made, "completed")
        assert done["progress"] == {"stage": None, "percent": 100.0, "eta_at": None}
        assert done["quality"] == "full"
        assert [scene["rung"] for scene in done["scenes"]] == ["planned", "planned"]


async def test_media_are_links_that_seek_and_need_no_token(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        done = await here.finished()
        url = done["video"]["video"]["url"]
        whole = await here.http.get(url)
        assert (whole.status_code, whole.content) == (200, VIDEO)
        assert whole.headers["content-type"] == "video/mp4"
        part = await here.http.get(url, headers={"Range": "bytes=100-199"})
        assert (part.status_code, part.content) == (206, VIDEO[100:200])
        assert part.headers["content-range"] == f"bytes 100-199/{len(VIDEO)}"
        saved = await here.http.get(url, params={"download": True})
        assert saved.headers["content-disposition"] == 'attachment; filename="short.mp4"'
        told = await here.http.get(f"/v1/projects/{done['id']}/captions.vtt")
        assert told.json()["content_type"] == "text/vtt"
        sent = await here.http.get(f"/v1/projects/{done['id']}/video", params={"redirect": True})
        assert sent.status_code == 307
        assert (await here.http.get(sent.headers["location"])).content == VIDEO


async def test_a_link_that_was_touched_or_whose_file_is_gone_is_404(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        done = await here.finished()
        url = done["video"]["video"]["url"]
        head, token, name = url.rsplit("/", 2)
        touched = await here.http.get(f"{head}/{token[:-4]}AAAA/{name}")
        assert (touched.status_code, touched.json()["code"]) == (404, "media_link_invalid")
        assert (await here.http.delete(f"/v1/projects/{done['id']}")).status_code == 204
        await here.service.tick()
        gone = await here.http.get(url)
        assert (gone.status_code, gone.json()["code"]) == (404, "media_link_invalid")


async def test_before_the_video_there_is_none(tmp_path: Path) -> None:
    async with house(tmp_path, workers=False) as here:
        made = await here.create()
        none = await here.http.get(f"/v1/projects/{made['id']}/video")
        assert (none.status_code, none.json()["code"]) == (404, "video_missing")


async def test_a_list_goes_on_where_the_page_ended(tmp_path: Path) -> None:
    async with house(tmp_path, workers=False) as here:
        names = [(await here.create(client_reference=f"talk-{number}"))["client_reference"] for number in range(5)]
        first = (await here.http.get("/v1/projects", params={"limit": 3})).json()
        rest = (await here.http.get("/v1/projects", params={"limit": 3, "cursor": first["next_cursor"]})).json()
        assert [item["client_reference"] for item in first["items"] + rest["items"]] == names[::-1]
        assert rest["next_cursor"] is None
        named = (await here.http.get("/v1/projects", params={"client_reference": "talk-2"})).json()
        assert [item["client_reference"] for item in named["items"]] == ["talk-2"]
        none = (await here.http.get("/v1/projects", params={"status": "completed"})).json()
        assert none["items"] == []
        forged = await here.http.get("/v1/projects", params={"cursor": "nonsense"})
        assert (forged.status_code, forged.json()["code"]) == (422, "cursor_invalid")


async def test_the_same_key_makes_one_project_and_another_body_is_refused(tmp_path: Path) -> None:
    async with house(tmp_path, workers=False) as here:
        key = {"Idempotency-Key": '"8e03978e-40d5"'}
        first = await here.http.post("/v1/projects", json={"title": "a"}, headers=key)
        again = await here.http.post("/v1/projects", json={"title": "a"}, headers=key)
        assert (again.status_code, again.json()["id"]) == (201, first.json()["id"])
        bare = await here.http.post("/v1/projects", json={"title": "a"}, headers={"Idempotency-Key": "8e03978e-40d5"})
        assert bare.json()["id"] == first.json()["id"]
        other = await here.http.post("/v1/projects", json={"title": "b"}, headers=key)
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
        empty = await here.http.post("/v1/projects", json={}, headers={"Idempotency-Key": '""'})
        assert (empty.status_code, empty.json()["errors"][0]["pointer"]) == (422, "Idempotency-Key")


async def test_the_same_key_makes_one_project_though_its_defaults_are_others_by_now(tmp_path: Path) -> None:
    async with house(tmp_path, workers=False) as here:
        made = []
        for budget_usd in (5.0, 7.0):
            here.app.state.deps = replace(here.deps, defaults=Defaults(budget_usd=budget_usd))
            made.append(await here.http.post("/v1/projects", json={}, headers={"Idempotency-Key": "k"}))
        assert [(answer.status_code, answer.json()["id"]) for answer in made] == [(201, made[0].json()["id"])] * 2
        assert made[1].json()["settings"]["budget_usd"] == 5.0
        assert (await here.create())["settings"]["budget_usd"] == 7.0
        assert (await here.create(budget_usd=0))["settings"]["budget_usd"] == 0.0


async def test_one_key_for_two_commands_is_refused(tmp_path: Path) -> None:
    async with house(tmp_path, workers=False) as here:
        made = await here.create()
        await here.upload(made)
        key = {"Idempotency-Key": "k"}
        assert (await here.http.post(f"/v1/projects/{made['id']}/cancel", headers=key)).json()["state"] == "canceled"
        retried = await here.http.post(f"/v1/projects/{made['id']}/retry", headers=key)
        assert (retried.status_code, retried.json()["code"]) == (409, "not_failed")


async def test_an_edit_of_what_changed_meanwhile_is_412(tmp_path: Path) -> None:
    async with house(tmp_path, workers=False) as here:
        made = await here.create(title="one")
        read = await here.http.get(f"/v1/projects/{made['id']}")
        tag = {"If-Match": read.headers["etag"]}
        changed = await here.http.patch(f"/v1/projects/{made['id']}", json={"title": "two"}, headers=tag)
        assert (changed.status_code, changed.json()["settings"]["title"]) == (200, "two")
        late = await here.http.patch(f"/v1/projects/{made['id']}", json={"title": "three"}, headers=tag)
        assert (late.status_code, late.json()["code"]) == (412, "version_conflict")
        weak = await here.http.patch(f"/v1/projects/{made['id']}", json={"title": "x"}, headers={"If-Match": 'W/"1"'})
        assert weak.status_code == 412
        blind = await here.http.patch(f"/v1/projects/{made['id']}", json={"title": "four"})
        assert blind.json()["settings"]["title"] == "four"


async def test_a_patch_leaves_what_it_does_not_name(tmp_path: Path) -> None:
    async with house(tmp_path, workers=False) as here:
        made = await here.create(title="one", target_duration_s=40, review="both", lowest_rung="card", budget_usd=1)
        patched = await here.http.patch(f"/v1/projects/{made['id']}", json={"target_duration_s": None, "look": "ink"})
        assert patched.json()["settings"] == {
            "title": "one",
            "target_duration_s": None,
            "review": "both",
            "caption_style": "highlight",
            "look": "ink",
            "direction": "",
            "language": "auto",
            "budget_usd": 1.0,
            "lowest_rung": "card",
            "aspect": "9:16",
        }


async def test_delete_makes_it_unknown(tmp_path: Path) -> None:
    async with house(tmp_path, workers=False) as here:
        made = await here.create()
        await here.upload(made)
        assert (await here.http.delete(f"/v1/projects/{made['id']}")).status_code == 204
        await here.service.tick()
        assert (await here.http.get(f"/v1/projects/{made['id']}")).status_code == 404
        assert (await here.http.get("/v1/projects")).json()["items"] == []
        assert [info.key async for info in here.parts.blobs.list(f"audio-projects/{made['id']}/")] == []


async def test_history_says_what_happened(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        done = await here.finished()
        entries = (await here.http.get(f"/v1/projects/{done['id']}/history")).json()["items"]
        assert entries[0]["outcome"] == "complete_upload"
        done_stages = [entry["stage"] for entry in entries if entry["outcome"] == "done"]
        assert done_stages == ["transcription", "plan", "asset", "asset", "render"]


async def test_what_is_wrong_is_a_problem_that_names_the_field_and_not_its_words(tmp_path: Path) -> None:
    async with house(tmp_path, workers=False) as here:
        wrong = {"target_duration_s": 5, "titel": "my secret words", "review": "my secret words"}
        answer = await here.http.post("/v1/projects", json=wrong)
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        body = answer.json()
        assert (body["type"], body["status"]) == ("urn:reelwright:problem:request_invalid", 422)
        assert body["request_id"] == answer.headers["x-request-id"]
        pointers = {error["pointer"] for error in body["errors"]}
        assert pointers == {"/target_duration_s", "/titel", "/review"}
        assert "secret" not in answer.text


async def test_every_problem_is_in_the_registry(tmp_path: Path) -> None:
    async with house(tmp_path, workers=False) as here:
        for method, path, status in (
            ("GET", "/v1/nothing", 404),
            ("DELETE", "/v1/capabilities", 405),
            ("GET", "/v1/projects/01JD9ZQ1S7M4V0F5X8C2K3N6PB", 404),
            ("GET", "/v1/projects/..%2f..%2fetc", 404),
            ("POST", "/v1/projects", 422),
        ):
            answer = await here.http.request(method, path)
            assert answer.status_code == status, path
            body = answer.json()
            assert body["title"] == registry()[body["code"]].message
            assert body["remedy"]


async def test_a_body_may_not_be_endless(tmp_path: Path) -> None:
    async with house(tmp_path, workers=False, max_body_bytes=1_000) as here:
        answer = await here.http.post("/v1/projects", json={"direction": "a" * 2_000})
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


async def test_a_director_that_is_away_is_503(tmp_path: Path) -> None:
    async with house(tmp_path, workers=False) as here:
        await here.lose_director()
        answer = await here.http.get("/v1/projects")
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert answer.headers["retry-after"] == "2"


async def test_capabilities_and_usage(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        await here.finished()
        can = (await here.http.get("/v1/capabilities")).json()
        assert can["limits"]["target_duration_s"] == [30.0, 60.0]
        assert can["prices"]["still_usd"] == 0.028
        used = (await here.http.get("/v1/usage")).json()
        assert (used["projects"], used["videos"]) == (1, 1)
        later = (await here.http.get("/v1/usage", params={"since": "2999-01-01T00:00:00Z"})).json()
        for no_time in ("0.5", "1700000000", "2026-11-26", "2026-11-26T17:00:00"):
            assert (await here.http.get("/v1/usage", params={"since": no_time})).status_code == 422
        assert (later["projects"], later["videos"]) == (0, 0)


async def test_answers_carry_safe_headers_and_the_clients_own_request_id(tmp_path: Path) -> None:
    async with house(tmp_path, workers=False) as here:
        answer = await here.http.get("/v1/projects", headers={"X-Request-Id": "mine-1234"})
        assert answer.headers["x-request-id"] == "mine-1234"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        odd = await here.http.get("/v1/projects", headers={"X-Request-Id": "no spaces here"})
        assert odd.headers["x-request-id"] != "no spaces here"
