{{/* Who calls a component, by port. Takes {root, name}; YAML. */}}
{{- define "reelwright.callers" -}}
{{- $callers := dict
  "director" (dict "grpc" (list "gateway" "kling-gateway" "ops" "planner" "renderer" "renderer-gpu" "transcription"))
  "planner" (dict "grpc" (list "director"))
  "preview" (dict "grpc" (list "gateway"))
  "kling-sim" (dict "http" (list "kling-gateway")) -}}
{{- toYaml (default dict (get $callers .name)) -}}
{{- end -}}
