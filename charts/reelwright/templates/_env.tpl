{{/* One value as an environment variable holds it: lists and maps as JSON. */}}
{{- define "reelwright.envValue" -}}
{{- if or (kindIs "slice" .) (kindIs "map" .) -}}{{ toJson . }}
{{- else if kindIs "float64" . -}}{{ if eq . (floor .) }}{{ int64 . }}{{ else }}{{ . }}{{ end }}
{{- else -}}{{ toString . }}
{{- end -}}
{{- end -}}

{{/* The variables of some sections of `settings`, as YAML. Takes {root, sections}. */}}
{{- define "reelwright.settings" -}}
{{- range $section := .sections -}}
{{- range $name, $value := get $.root.Values.settings $section -}}
{{- if not (or (kindIs "invalid" $value) (and (kindIs "string" $value) (eq $value ""))) }}
REELWRIGHT_{{ $section | upper }}_{{ $name | snakecase | upper }}: {{ include "reelwright.envValue" $value | quote }}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Where a component listens and finds the others, as YAML. Takes {root, name, component, kind}. */}}
{{- define "reelwright.wiring" -}}
{{- $address := "dns:///%s.%s.svc.%s:50051" -}}
{{- $full := include "reelwright.fullname" .root -}}
{{- $namespace := .root.Release.Namespace -}}
{{- $domain := "cluster.local" -}}
{{- if ne .name "kling-sim" }}
{{- with .root.Values.tracing }}{{ if .enabled }}
OTEL_EXPORTER_OTLP_ENDPOINT: {{ .endpoint | quote }}
OTEL_SERVICE_NAME: {{ $.name }}
OTEL_TRACES_SAMPLER: {{ .sampler }}
OTEL_TRACES_SAMPLER_ARG: {{ toString .samplerArg | quote }}
{{- end }}{{ end }}
REELWRIGHT_SERVICE_HTTP_ADDRESS: 0.0.0.0:8081
REELWRIGHT_SERVICE_GRACE_S: {{ sub (int .component.terminationGracePeriodSeconds) 15 | toString | quote }}
REELWRIGHT_SERVICE_SCRATCH: /scratch
{{- if (.kind.ports).grpc }}
REELWRIGHT_SERVICE_GRPC_ADDRESS: 0.0.0.0:50051
{{- end }}
{{- if not (has .name (list "director" "preview")) }}
REELWRIGHT_DIRECTOR_ADDRESS: {{ printf $address (printf "%s-director" $full) $namespace $domain }}
{{- end }}
{{- end }}
{{- if has .name (list "director") }}
REELWRIGHT_PLANNER_ADDRESS: {{ printf $address (printf "%s-planner" $full) $namespace $domain }}
{{- end }}
{{- if eq .name "gateway" }}
REELWRIGHT_GATEWAY_ADDRESS: 0.0.0.0:8080
{{- if .root.Values.components.preview.enabled }}
REELWRIGHT_PREVIEW_ADDRESS: {{ printf $address (printf "%s-preview" $full) $namespace $domain }}
{{- end }}
{{- end }}
{{- if eq .name "renderer-gpu" }}
REELWRIGHT_RENDERER_TOPIC: render-gpu.requests
{{- end }}
{{- if eq .name "kling-sim" }}
REELWRIGHT_SIM_HOST: 0.0.0.0
REELWRIGHT_SIM_PORT: "8090"
REELWRIGHT_SIM_STATE_DIR: /scratch
{{- end }}
{{- if and (eq .name "kling-gateway") (eq .root.Values.settings.kling.provider "sim") (not .root.Values.settings.kling.baseUrl) }}
REELWRIGHT_KLING_BASE_URL: {{ printf "http://%s-kling-sim:8090" $full }}
{{- end }}
{{- end -}}

{{/* The secrets that a component reads, as a list of EnvVar. Takes {root, name}. */}}
{{- define "reelwright.secretEnv" -}}
{{- range $variable, $entry := .root.Values.secrets -}}
{{- if and $entry.secret (has $.name $entry.components) }}
- name: {{ $variable }}
  valueFrom: {secretKeyRef: {name: {{ $entry.secret }}, key: {{ $entry.key }}}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Everything in a component's ConfigMap: its settings, and its wiring before them. Takes {root, name, component, kind}. */}}
{{- define "reelwright.config" -}}
{{- $settings := include "reelwright.settings" (dict "root" .root "sections" .kind.sections) | fromYaml -}}
{{- $wiring := include "reelwright.wiring" . | fromYaml -}}
{{- toYaml (merge $wiring $settings) -}}
{{- end -}}
