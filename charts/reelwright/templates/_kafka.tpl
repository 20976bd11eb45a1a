{{/* What topics and groups begin with. */}}
{{- define "reelwright.topicPrefix" -}}
{{- $given := .Values.settings.kafka.topicPrefix -}}
{{- if kindIs "string" $given -}}{{- $given -}}{{- else -}}{{- (.Files.Get "files/topics.yaml" | fromYaml).prefix -}}{{- end -}}
{{- end -}}

{{/* The name of the TriggerAuthentication that KEDA speaks to the broker with; empty where it needs none. */}}
{{- define "reelwright.triggerAuthentication" -}}
{{- if .Values.keda.triggerAuthentication.existing -}}
{{- .Values.keda.triggerAuthentication.existing -}}
{{- else if or .Values.secrets.REELWRIGHT_KAFKA_SASL_PASSWORD.secret (include "reelwright.mskIam" .) -}}
{{- printf "%s-kafka" (include "reelwright.fullname" .) -}}
{{- end -}}
{{- end -}}

{{/* Whether the broker is Amazon MSK, spoken to by IAM; empty where it is not. */}}
{{- define "reelwright.mskIam" -}}
{{- if eq (default "" .Values.settings.kafka.tokenProvider) "aws-msk-iam" -}}true{{- end -}}
{{- end -}}

{{/* KEDA's words for how the broker is spoken to; credentials are in the TriggerAuthentication. */}}
{{- define "reelwright.kedaSecurity" -}}
{{- $protocol := default "PLAINTEXT" .Values.settings.kafka.securityProtocol -}}
{{- $mechanisms := dict "PLAIN" "plaintext" "SCRAM-SHA-256" "scram_sha256" "SCRAM-SHA-512" "scram_sha512" "OAUTHBEARER" "oauthbearer" -}}
tls: {{ ternary "enable" "disable" (hasSuffix "SSL" $protocol) }}
sasl: {{ ternary (get $mechanisms (default "SCRAM-SHA-512" .Values.settings.kafka.saslMechanism)) "none" (hasPrefix "SASL" $protocol) }}
{{- if include "reelwright.mskIam" . }}
saslTokenProvider: aws_msk_iam
awsRegion: {{ .Values.settings.kafka.awsRegion }}
{{- end }}
{{- end -}}
