{{- define "agent.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* All pods of this release, the test's among them. */}}
{{- define "agent.release" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* The agents alone; never changes after the first installation. */}}
{{- define "agent.selector" -}}
{{ include "agent.release" . }}
app.kubernetes.io/component: agent
{{- end -}}

{{- define "agent.labels" -}}
{{ include "agent.selector" . }}
{{ include "agent.described" . }}
{{- end -}}

{{- define "agent.described" -}}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "agent.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (include "agent.fullname" .) -}}
{{- end -}}

{{- define "agent.identitySecret" -}}
{{- .Values.identity.existingSecret | default (printf "%s-identity" (include "agent.fullname" .)) -}}
{{- end -}}

{{- define "agent.image" -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- end -}}
