{{/* The prefix of every object's name: the release, without saying "reelwright" twice. */}}
{{- define "reelwright.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains "reelwright" .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-reelwright" .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* The name of a component's objects. Takes {root, name}. */}}
{{- define "reelwright.name" -}}
{{- printf "%s-%s" (include "reelwright.fullname" .root) .name -}}
{{- end -}}

{{/* What a component's pods are selected by; never changes between releases. Takes {root, name}. */}}
{{- define "reelwright.selector" -}}
app.kubernetes.io/name: reelwright
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .name }}
{{- end -}}

{{/* The labels of every object. Takes {root, name}. */}}
{{- define "reelwright.labels" -}}
{{ include "reelwright.selector" . }}
app.kubernetes.io/part-of: reelwright
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* A component's image. Takes {root, image}. */}}
{{- define "reelwright.image" -}}
{{- $image := .root.Values.image -}}
{{- printf "%s/%s-%s:%s" $image.registry $image.prefix .image (default .root.Chart.AppVersion $image.tag) -}}
{{- end -}}

{{/* The service account of a component. Takes {root, name, component}. */}}
{{- define "reelwright.serviceAccount" -}}
{{- default (include "reelwright.name" .) .component.serviceAccount.name -}}
{{- end -}}
