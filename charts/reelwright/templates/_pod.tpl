{{/* What every pod may not do. */}}
{{- define "reelwright.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{- define "reelwright.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}

{{- define "reelwright.pullSecrets" -}}
{{- range $name, $used := .Values.image.pullSecrets -}}
{{- if $used }}
- name: {{ $name }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The pod of a component. Takes {root, name, component, kind}. */}}
{{- define "reelwright.pod" -}}
{{- $component := .component -}}
serviceAccountName: {{ include "reelwright.serviceAccount" . }}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  {{- include "reelwright.podSecurity" . | nindent 2 }}
terminationGracePeriodSeconds: {{ $component.terminationGracePeriodSeconds }}
{{- with include "reelwright.pullSecrets" .root }}
imagePullSecrets:
  {{- . | nindent 2 }}
{{- end }}
{{- with $component.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $component.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $component.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $component.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- if $component.spread }}
topologySpreadConstraints:
  {{- range $key := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - maxSkew: 1
    topologyKey: {{ $key }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "reelwright.selector" $ | nindent 8 }}
  {{- end }}
{{- end }}
containers:
  - name: {{ .name }}
    {{- include "reelwright.container" . | nindent 4 }}
volumes:
  - name: scratch
    emptyDir: {sizeLimit: {{ $component.scratchSize }}}
  - name: tmp
    emptyDir: {sizeLimit: 64Mi}
  {{- with $component.extraVolumes }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{/* Its one container, without the name. Takes {root, name, component, kind}. */}}
{{- define "reelwright.container" -}}
image: {{ include "reelwright.image" (dict "root" .root "image" .kind.image) }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
command: [python, -m, {{ .kind.module }}]
securityContext:
  {{- include "reelwright.containerSecurity" . | nindent 2 }}
envFrom:
  - configMapRef: {name: {{ include "reelwright.name" . }}}
{{- $secrets := include "reelwright.secretEnv" . }}
{{- if or $secrets .component.extraEnv }}
env:
  {{- with $secrets }}
  {{- . | nindent 2 }}
  {{- end }}
  {{- with .component.extraEnv }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}
ports:
  {{- include "reelwright.containerPorts" . | nindent 2 }}
{{- include "reelwright.probes" . }}
resources:
  {{- toYaml .component.resources | nindent 2 }}
volumeMounts:
  - {name: scratch, mountPath: /scratch}
  - {name: tmp, mountPath: /tmp}
  {{- with .component.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{- define "reelwright.containerPorts" -}}
{{- range $name, $port := .kind.ports }}
- {name: {{ $name }}, containerPort: {{ $port }}}
{{- end }}
{{- if ne .name "kling-sim" }}
- {name: probes, containerPort: 8081}
{{- end }}
{{- end -}}

{{/* A worker that waits for a dependency lives and is not ready; one whose loop is wedged does not live. */}}
{{- define "reelwright.probes" -}}
{{- $port := ternary "http" "probes" (eq .name "kling-sim") }}
startupProbe:
  httpGet: {path: /livez, port: {{ $port }}}
  periodSeconds: 2
  failureThreshold: 60
livenessProbe:
  httpGet: {path: /livez, port: {{ $port }}}
  periodSeconds: 15
  timeoutSeconds: 5
  failureThreshold: 4
readinessProbe:
  httpGet: {path: /readyz, port: {{ $port }}}
  periodSeconds: 5
  timeoutSeconds: 5
{{- end -}}
