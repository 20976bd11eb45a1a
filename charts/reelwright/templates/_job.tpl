{{/* The pod of a job of the `reelwright` command. Takes {root, name, arguments, resources, env}; `name` says whose secrets. */}}
{{- define "reelwright.jobPod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
restartPolicy: OnFailure
securityContext:
  {{- include "reelwright.podSecurity" . | nindent 2 }}
{{- with include "reelwright.pullSecrets" .root }}
imagePullSecrets:
  {{- . | nindent 2 }}
{{- end }}
containers:
  - name: reelwright
    image: {{ include "reelwright.image" (dict "root" .root "image" "standalone") }}
    imagePullPolicy: {{ .root.Values.image.pullPolicy }}
    command: {{ toJson .arguments }}
    securityContext:
      {{- include "reelwright.containerSecurity" . | nindent 6 }}
    env:
      {{- $sections := list "log" "kafka" "dynamodb" "s3" "kling" "planner" "transcription" }}
      {{- range $name, $value := include "reelwright.settings" (dict "root" .root "sections" $sections) | fromYaml }}
      - {name: {{ $name }}, value: {{ $value | quote }}}
      {{- end }}
      - {name: REELWRIGHT_DIRECTOR_ADDRESS, value: {{ printf "dns:///%s-director.%s.svc.cluster.local:50051" (include "reelwright.fullname" .root) .root.Release.Namespace }}}
      - {name: REELWRIGHT_HOME, value: /tmp/reelwright}
      {{- with include "reelwright.secretEnv" . }}
      {{- . | nindent 6 }}
      {{- end }}
      {{- with .env }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
    resources:
      {{- toYaml .resources | nindent 6 }}
    volumeMounts:
      - {name: tmp, mountPath: /tmp}
volumes:
  - name: tmp
    emptyDir: {sizeLimit: 1Gi}
{{- end -}}
