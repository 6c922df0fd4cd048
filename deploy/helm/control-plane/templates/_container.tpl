{{/* What the replicas and the job that migrates have in common. */}}
{{- define "control-plane.podSecurity" -}}
runAsNonRoot: true
{{- with .Values.security.runAsUser }}
runAsUser: {{ . }}
runAsGroup: {{ . }}
{{- end }}
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "control-plane.containerSecurity" -}}
allowPrivilegeEscalation: false
privileged: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities:
  drop: [ALL]
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "control-plane.env" -}}
- name: DATABASE_URL
  valueFrom:
    secretKeyRef:
      name: {{ .Values.database.existingSecret.name }}
      key: {{ .Values.database.existingSecret.urlKey | default "url" }}
{{- with .Values.database.existingSecret.directUrlKey }}
- name: DRAWBRIDGE_DIRECT_DATABASE_URL
  valueFrom:
    secretKeyRef:
      name: {{ $.Values.database.existingSecret.name }}
      key: {{ . }}
{{- end }}
- name: DRAWBRIDGE_STATEMENT_TIMEOUT_MS
  value: {{ mul 1000 (int .Values.database.statementTimeoutSeconds) | quote }}
- name: DRAWBRIDGE_LOCK_TIMEOUT_MS
  value: {{ mul 1000 (int .Values.database.lockTimeoutSeconds) | quote }}
- name: DRAWBRIDGE_SECRET
  valueFrom:
    secretKeyRef:
      name: {{ .Values.secret.existingSecret.name }}
      key: {{ .Values.secret.existingSecret.key | default "secret" }}
- name: HOME
  value: /tmp
- name: LOG_LEVEL
  value: {{ .Values.logLevel | quote }}
{{- if .Values.ca.existingConfigMap }}
- name: NODE_EXTRA_CA_CERTS
  value: /etc/drawbridge/ca/ca.crt
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "control-plane.mounts" -}}
- name: tmp
  mountPath: /tmp
{{- if .Values.ca.existingConfigMap }}
- name: ca
  mountPath: /etc/drawbridge/ca
  readOnly: true
{{- end }}
{{- end -}}

{{- define "control-plane.volumes" -}}
- name: tmp
  emptyDir:
    sizeLimit: 256Mi
{{- with .Values.ca.existingConfigMap }}
- name: ca
  configMap:
    name: {{ .name }}
    items:
      - key: {{ .key | default "ca.crt" }}
        path: ca.crt
{{- end }}
{{- end -}}

{{- define "control-plane.pullSecrets" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end -}}
