// The whole way to a video, by the client that openapi-typescript generates: every body and answer is typed.
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

type Project = components["schemas"]["Project"];
type ProjectChange = components["schemas"]["ProjectChange"];

const [baseUrl, audioPath, script] = process.argv.slice(2);
if (!baseUrl || !audioPath || !script) throw new Error("give the API's address, a recording and its text");
const api = createClient<paths>({ baseUrl });

function taken<T>(answer: { data?: T; error?: unknown; response: Response }): T {
  if (answer.error !== undefined || answer.data === undefined) {
    throw new Error(`${answer.response.status}: ${JSON.stringify(answer.error)}`);
  }
  return answer.data;
}

const made = taken(await api.POST("/v1/projects", { body: { script, review: "both", target_duration_s: 30 } }));
const path = { project_id: made.id };
let followed = 0;

// Follows the project's events, each a whole snapshot or what changed of it, until it is there.
async function until(state: Project["state"]): Promise<Project> {
  const answer = await fetch(`${baseUrl}/v1/projects/${made.id}/events`);
  if (!answer.ok || !answer.body) throw new Error(await answer.text());
  const lines = createInterface(Readable.fromWeb(answer.body as ReadableStream));
  for await (const line of lines) {
    if (!line.startsWith("data: ")) continue;
    const told: Partial<ProjectChange> = JSON.parse(line.slice("data: ".length));
    followed += 1;
    if (told.state === "failed") throw new Error(told.reason_code ?? "failed");
    if (told.state === state) return taken(await api.GET("/v1/projects/{project_id}", { params: { path } }));
  }
  throw new Error(`the stream ended before ${state}`);
}

const audio = await readFile(audioPath);
const sent = await fetch(`${baseUrl}/v1/projects/${made.id}/audio`, { method: "PUT", body: audio });
if (!sent.ok) throw new Error(await sent.text());
await until("transcribed");
const transcript = taken(await api.GET("/v1/projects/{project_id}/transcript", { params: { path } }));
const words = transcript.words.map(({ text, start_s, end_s }) => ({ text, start_s, end_s }));
words[1]!.text = "luminous";
taken(await api.PUT("/v1/projects/{project_id}/transcript", { params: { path }, body: { words } }));
const edited = taken(await api.GET("/v1/projects/{project_id}/transcript", { params: { path } }));
taken(await api.POST("/v1/projects/{project_id}/transcript/approve", { params: { path } }));
await until("planned");
const plan = taken(await api.GET("/v1/projects/{project_id}/scenes", { params: { path } }));
const first = plan.scenes[0];
if (!first) throw new Error("there is no scene");
const { id, passages } = first;
const order = { scenes: [{ id, passages, kind: "still" as const }] };
taken(await api.PUT("/v1/projects/{project_id}/scenes", { params: { path }, body: order }));
taken(
  await api.PATCH("/v1/projects/{project_id}/scenes/{scene_id}", {
    params: { path: { ...path, scene_id: first.id } },
    body: { prompt: "A calm lake at dawn." },
  }),
);
const shown = taken(await api.GET("/v1/projects/{project_id}/scenes", { params: { path } }));
taken(await api.POST("/v1/projects/{project_id}/scenes/approve", { params: { path } }));
const done = await until("completed");
if (!done.video) throw new Error("there is no video");
const video = await fetch(done.video.video.url, { headers: { range: "bytes=0-11" } });
const head = Buffer.from(await video.arrayBuffer());
const removed = await api.DELETE("/v1/projects/{project_id}", { params: { path } });
console.log(
  JSON.stringify({
    words: edited.words.length,
    second: edited.words[1]?.text,
    kind: shown.scenes[0]?.kind,
    followed: followed > 3,
    state: done.state,
    range: video.status,
    brand: head.subarray(4, 8).toString("latin1"),
    removed: removed.response.status,
  }),
);
