// The whole way to a video, by the client that openapi-typescript generates: every body and answer is typed.
import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

type Project = components["schemas"]["Project"];

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

async function until(state: Project["state"]): Promise<Project> {
  for (;;) {
    const project = taken(await api.GET("/v1/projects/{project_id}", { params: { path } }));
    if (project.state === "failed") throw new Error(project.failure?.message);
    if (project.state === state) return project;
    await pause(200);
  }
}

const audio = await readFile(audioPath);
const sent = await fetch(`${baseUrl}/v1/projects/${made.id}/audio`, { method: "PUT", body: audio });
if (!sent.ok) throw new Error(await sent.text());
await until("transcribed");
const transcript = taken(await api.GET("/v1/projects/{project_id}/transcript", { params: { path } }));
taken(await api.POST("/v1/projects/{project_id}/transcript/approve", { params: { path } }));
await until("planned");
const plan = taken(await api.GET("/v1/projects/{project_id}/scenes", { params: { path } }));
const first = plan.scenes[0];
if (!first) throw new Error("there is no scene");
taken(
  await api.PATCH("/v1/projects/{project_id}/scenes/{scene_id}", {
    params: { path: { ...path, scene_id: first.id } },
    body: { prompt: "A calm lake at dawn." },
  }),
);
taken(await api.POST("/v1/projects/{project_id}/scenes/approve", { params: { path } }));
const done = await until("completed");
if (!done.video) throw new Error("there is no video");
const video = await fetch(done.video.video.url, { headers: { range: "bytes=0-11" } });
const head = Buffer.from(await video.arrayBuffer());
const removed = await api.DELETE("/v1/projects/{project_id}", { params: { path } });
console.log(
  JSON.stringify({
    words: transcript.words.length,
    state: done.state,
    range: video.status,
    brand: head.subarray(4, 8).toString("latin1"),
    removed: removed.response.status,
  }),
);
