{{/* What the agent and the test that runs its doctor have in common. `identity` is where the key rests. */}}
{{- define "agent.podSecurity" -}}
runAsNonRoot: true
{{- with .Values.security.runAsUser }}
runAsUser: {{ . }}
runAsGroup: {{ . }}
{{- end }}
{{- with .Values.security.fsGroup }}
fsGroup: {{ . }}
fsGroupChangePolicy: OnRootMismatch
{{- end }}
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "agent.containerSecurity" -}}
allowPrivilegeEscalation: false
privileged: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities:
  drop: [ALL]
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "agent.env" -}}
- name: POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: DRAWBRIDGE_URL
  value: {{ .Values.controlPlane.url | quote }}
- name: DRAWBRIDGE_ENROLLMENT_TOKEN_FILE
  value: {{ .Values.enrollment.file | default "/run/drawbridge/enrollment/token" | quote }}
- name: DRAWBRIDGE_BUCKET
  value: {{ .Values.bucket.url | quote }}
{{- with .Values.bucket.region }}
- name: AWS_REGION
  value: {{ . | quote }}
{{- end }}
{{- with .Values.bucket.endpoint }}
- name: AWS_ENDPOINT_URL_S3
  value: {{ . | quote }}
{{- end }}
{{- with .Values.bucket.existingSecret }}
- name: AWS_ACCESS_KEY_ID
  valueFrom:
    secretKeyRef:
      name: {{ .name }}
      key: {{ .accessKeyIdKey | default "accessKeyId" }}
- name: AWS_SECRET_ACCESS_KEY
  valueFrom:
    secretKeyRef:
      name: {{ .name }}
      key: {{ .secretAccessKeyKey | default "secretAccessKey" }}
{{- end }}
- name: DRAWBRIDGE_WORK_DIR
  value: /scratch/work
- name: DRAWBRIDGE_CACHE_DIR
  value: /scratch/cache
- name: HOME
  value: /tmp
- name: DRAWBRIDGE_MEMORY_MIB
  value: {{ .Values.memoryMiB | int | quote }}
- name: DRAWBRIDGE_CONCURRENCY
  value: {{ .Values.concurrency | int | quote }}
- name: DRAWBRIDGE_DRAIN_SECONDS
  value: {{ .Values.drainSeconds | int | quote }}
- name: DRAWBRIDGE_DISCOVERY
  value: {{ ternary "on" "off" .Values.discovery | quote }}
- name: LOG_LEVEL
  value: {{ .Values.logLevel | quote }}
{{- if .Values.hashKey.existingSecret }}
- name: DRAWBRIDGE_HASH_KEY
  value: file:/run/drawbridge/hash-key/key
{{- end }}
{{- if or .Values.policy.content .Values.policy.existingConfigMap }}
- name: DRAWBRIDGE_POLICY
  value: /etc/drawbridge/policy/policy.yaml
{{- end }}
{{- if or .Values.proxy.url .Values.proxy.existingSecret }}
- name: NODE_USE_ENV_PROXY
  value: "1"
{{- range $name := list "HTTPS_PROXY" "HTTP_PROXY" }}
- name: {{ $name }}
  {{- if $.Values.proxy.existingSecret }}
  valueFrom:
    secretKeyRef:
      name: {{ $.Values.proxy.existingSecret.name }}
      key: {{ $.Values.proxy.existingSecret.key | default "url" }}
  {{- else }}
  value: {{ $.Values.proxy.url | quote }}
  {{- end }}
{{- end }}
- name: NO_PROXY
  value: {{ concat (list "localhost" "127.0.0.1" "169.254.169.254" "169.254.170.23") .Values.proxy.except | join "," | quote }}
{{- end }}
{{- if or .Values.ca.existingConfigMap .Values.ca.existingSecret }}
- name: NODE_EXTRA_CA_CERTS
  value: /etc/drawbridge/ca/ca.crt
{{- end }}
{{- range .Values.secrets.env }}
- name: {{ .name }}
  valueFrom:
    secretKeyRef:
      name: {{ .existingSecret }}
      key: {{ .key }}
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "agent.mounts" -}}
- name: scratch
  mountPath: /scratch
- name: tmp
  mountPath: /tmp
{{- if not .Values.enrollment.file }}
- name: enrollment
  mountPath: /run/drawbridge/enrollment
  readOnly: true
{{- end }}
{{- if eq .Values.identity.kind "secret" }}
- name: service-account
  mountPath: /var/run/secrets/kubernetes.io/serviceaccount
  readOnly: true
{{- end }}
{{- if .Values.hashKey.existingSecret }}
- name: hash-key
  mountPath: /run/drawbridge/hash-key
  readOnly: true
{{- end }}
{{- if or .Values.policy.content .Values.policy.existingConfigMap }}
- name: policy
  mountPath: /etc/drawbridge/policy
  readOnly: true
{{- end }}
{{- if or .Values.ca.existingConfigMap .Values.ca.existingSecret }}
- name: ca
  mountPath: /etc/drawbridge/ca
  readOnly: true
{{- end }}
{{- range $n, $file := .Values.secrets.files }}
- name: secret-{{ $n }}
  mountPath: {{ printf "/secrets/%s" $file.folder }}
  readOnly: true
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Modes are decimal, for YAML 1.1 and 1.2 read 0440 differently: 288 is 0440. */}}
{{- define "agent.volumes" -}}
- name: scratch
  emptyDir:
    sizeLimit: {{ .Values.scratch.sizeLimit }}
    {{- with .Values.scratch.medium }}
    medium: {{ . }}
    {{- end }}
- name: tmp
  emptyDir:
    sizeLimit: 64Mi
{{- if not .Values.enrollment.file }}
- name: enrollment
  secret:
    secretName: {{ dig "existingSecret" "name" (printf "%s-enrollment" (include "agent.fullname" .)) .Values.enrollment }}
    defaultMode: 288
    # An agent that is enrolled needs it no more, so it may be removed.
    optional: true
    items:
      - key: {{ dig "existingSecret" "key" "token" .Values.enrollment }}
        path: token
{{- end }}
{{- if eq .Values.identity.kind "secret" }}
- name: service-account
  projected:
    defaultMode: 288
    sources:
      - serviceAccountToken:
          path: token
          expirationSeconds: 3607
      - configMap:
          name: kube-root-ca.crt
          items:
            - key: ca.crt
              path: ca.crt
{{- end }}
{{- with .Values.hashKey.existingSecret }}
- name: hash-key
  secret:
    secretName: {{ .name }}
    defaultMode: 288
    items:
      - key: {{ .key | default "key" }}
        path: key
{{- end }}
{{- if or .Values.policy.content .Values.policy.existingConfigMap }}
- name: policy
  configMap:
    name: {{ dig "name" (printf "%s-policy" (include "agent.fullname" .)) (.Values.policy.existingConfigMap | default dict) }}
    items:
      - key: {{ dig "key" "policy.yaml" (.Values.policy.existingConfigMap | default dict) }}
        path: policy.yaml
{{- end }}
{{- with .Values.ca.existingConfigMap }}
- name: ca
  configMap:
    name: {{ .name }}
    items:
      - key: {{ .key | default "ca.crt" }}
        path: ca.crt
{{- end }}
{{- with .Values.ca.existingSecret }}
- name: ca
  secret:
    secretName: {{ .name }}
    defaultMode: 288
    items:
      - key: {{ .key | default "ca.crt" }}
        path: ca.crt
{{- end }}
{{- range $n, $file := .Values.secrets.files }}
- name: secret-{{ $n }}
  secret:
    secretName: {{ $file.existingSecret }}
    defaultMode: 288
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}
