{{/* What the schema can't say, or was told not to (--skip-schema-validation). Each says what to do. */}}
{{- define "control-plane.checks" -}}
{{- if not (regexMatch "^sha256:[0-9a-f]{64}$" (toString .Values.image.digest)) -}}
{{- fail "image.digest: name the image by the digest that you have checked, sha256:… with 64 digits; a tag may change under you." -}}
{{- end -}}
{{- if and .Values.mail.existingSecret (not .Values.mail.from) -}}
{{- fail "mail.from: say who sends, Drawbridge <drawbridge@example.com>." -}}
{{- end -}}
{{- if and .Values.ingress.enabled (not .Values.ingress.className) -}}
{{- fail "ingress.className: name the class of your ingress controller, such as nginx." -}}
{{- end -}}
{{- if and .Values.networkPolicy.enabled .Values.ingress.enabled (not .Values.networkPolicy.from) -}}
{{- fail "networkPolicy.from: name the pods of your ingress controller, or nobody reaches the control plane." -}}
{{- end -}}
{{- if and .Values.oidc.issuer (not .Values.oidc.existingSecret) -}}
{{- fail "oidc.existingSecret: name the Secret with what the provider knows it by." -}}
{{- end -}}
{{- if and .Values.oidc.existingSecret (not .Values.oidc.issuer) -}}
{{- fail "oidc.issuer: say which provider the Secret is for, https://login.example.com." -}}
{{- end -}}
{{- if and .Values.tracing.existingSecret (not .Values.tracing.endpoint) -}}
{{- fail "tracing.endpoint: say where the headers go, http://otel-collector.monitoring:4318." -}}
{{- end -}}
{{- if lt (int .Values.agents.leaseSeconds) (mul 2 (int .Values.agents.heartbeatSeconds)) -}}
{{- fail "agents.leaseSeconds: give a lease at least two heartbeats, or a late one loses a run." -}}
{{- end -}}
{{- range .Values.extraEnv -}}
{{- if or (hasPrefix "DRAWBRIDGE_SECRET" .name) (eq .name "DATABASE_URL") (eq .name "PORT") (eq .name "HOST") -}}
{{- fail (printf "extraEnv: %s belongs to the chart. Use the value that sets it; see README.md." .name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
