{{/*
What the components are: facts of the code, which nobody tunes. values.yaml holds what is tuned.

  image     the image's name, without registry, prefix and tag
  module    what `python -m` runs in it
  sections  the parts of `settings` that it reads
  ports     what it listens on beside the probes
  topic     the topic whose lag scales it, read in the group `group`
  besides   a topic whose records, when there are any, want one pod: {topic, group}
*/}}
{{- define "reelwright.catalog" -}}
gateway:
  image: gateway
  module: reelwright_gateway
  sections: [log, service, kafka, s3, gateway]
  ports: {http: 8080}
director:
  image: director
  module: reelwright_director
  sections: [log, service, kafka, dynamodb, s3, director]
  ports: {grpc: 50051}
transcription:
  image: transcription
  module: reelwright_transcription
  sections: [log, service, kafka, s3, transcription]
  topic: transcription.requests
  group: transcription
planner:
  image: planner
  module: reelwright_planner
  sections: [log, service, kafka, planner]
  ports: {grpc: 50051}
  topic: plan.requests
  group: planner
kling-gateway:
  image: kling-gateway
  module: reelwright_kling_gateway
  sections: [log, service, kafka, dynamodb, s3, kling]
  topic: asset.requests
  group: kling-gateway
  besides: {topic: project.deletions, group: kling-gateway-deletions}
renderer:
  image: renderer
  module: reelwright_renderer
  sections: [log, service, kafka, s3, renderer]
  topic: render.requests
  group: renderer
renderer-gpu:
  image: renderer
  module: reelwright_renderer
  sections: [log, service, kafka, s3, renderer]
  topic: render-gpu.requests
  group: renderer-gpu
preview:
  image: renderer
  module: reelwright_renderer.preview_server
  sections: [log, service, s3]
  ports: {grpc: 50051}
kling-sim:
  image: kling-sim
  module: reelwright_kling_sim
  sections: [sim]
  ports: {http: 8090}
{{- end -}}
