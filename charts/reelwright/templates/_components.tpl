{{/* The names of the components that are enabled, as a JSON list, in a fixed order. */}}
{{- define "reelwright.enabled" -}}
{{- $names := list -}}
{{- range $name := keys .Values.components | sortAlpha -}}
{{- if (get $.Values.components $name).enabled -}}{{- $names = append $names $name -}}{{- end -}}
{{- end -}}
{{- toJson $names -}}
{{- end -}}

{{/* A component as it is tuned: `defaults`, with its own keys before them. Takes {root, name}; YAML. */}}
{{- define "reelwright.component" -}}
{{- mergeOverwrite (deepCopy .root.Values.defaults) (deepCopy (get .root.Values.components .name)) | toYaml -}}
{{- end -}}

{{/* What a component is: its entry of the catalog. Takes {root, name}; YAML. */}}
{{- define "reelwright.kind" -}}
{{- get (include "reelwright.catalog" .root | fromYaml) .name | toYaml -}}
{{- end -}}

{{/* All that the templates of one component need. Takes {root, name}; YAML of {component, kind}. */}}
{{- define "reelwright.about" -}}
component:
  {{- include "reelwright.component" . | nindent 2 }}
kind:
  {{- include "reelwright.kind" . | nindent 2 }}
{{- end -}}

{{/* How many of its requests one pod works on at once: what the code does where nothing is set. Takes {root, name}. */}}
{{- define "reelwright.concurrency" -}}
{{- $usual := dict "transcription" 1 "planner" 8 "kling-gateway" 16 "renderer" 1 "renderer-gpu" 1 -}}
{{- $sections := dict "kling-gateway" "kling" "renderer-gpu" "renderer" -}}
{{- $section := get .root.Values.settings (default .name (get $sections .name)) -}}
{{- default (get $usual .name) $section.concurrency | int -}}
{{- end -}}

{{/* Concurrent tasks of the Kling account, of both product families. */}}
{{- define "reelwright.slots" -}}
{{- add (int .Values.settings.director.videoSlots) (int .Values.settings.director.imageSlots) -}}
{{- end -}}

{{/* A component's lag settings: `keda`, with its own before it. Takes {root, name, component}; YAML. */}}
{{- define "reelwright.keda" -}}
{{- $keda := mergeOverwrite (deepCopy .root.Values.keda) (deepCopy .component.keda) -}}
{{- if not $keda.lagThreshold -}}{{- $_ := set $keda "lagThreshold" (include "reelwright.concurrency" . | int) -}}{{- end -}}
{{- if and (eq .name "kling-gateway") (not $keda.maxReplicaCount) -}}
{{- $slots := include "reelwright.slots" .root | int -}}
{{- $each := include "reelwright.concurrency" . | int -}}
{{- $_ := set $keda "maxReplicaCount" (max 1 (div (add $slots $each -1) $each)) -}}
{{- end -}}
{{- toYaml $keda -}}
{{- end -}}
