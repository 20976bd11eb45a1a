"""No answer is out of date, whatever is remembered on the way; and answers leave at once."""

import socket
from pathlib import Path

from apihouse import house

from reelwright_gateway.http import listen


async def test_a_change_shows_in_the_next_answer(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        made = await here.finished(title="0")
        for number in range(1, 20):
            await here.http.patch(f"/v1/projects/{made['id']}", json={"title": str(number)})
            assert (await here.get(made))["title"] == str(number)
            listed = (await here.http.get("/v1/projects")).json()["items"]
            assert [item["title"] for item in listed] == [str(number)]


async def test_a_brake_shows_though_the_project_did_not_change(tmp_path: Path) -> None:
    async with house(tmp_path, workers=False) as here:
        made = await here.create()
        await here.upload(made)
        before = await here.get(made)
        assert before["waiting_on"] == "worker"
        await here.service.brakes.pause("transcription")
        braked = await here.get(made)
        assert (braked["waiting_on"], braked["version"]) == ("pause", before["version"])
        listed = (await here.http.get("/v1/projects")).json()["items"]
        assert listed[0]["waiting_on"] == "pause"
        await here.service.brakes.resume("transcription")
        assert await here.get(made) == before


def test_connections_are_known_as_tcp_so_that_no_answer_waits_for_an_acknowledgement() -> None:
    with listen("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()):
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.proto == socket.IPPROTO_TCP, "what asyncio sets TCP_NODELAY by"
