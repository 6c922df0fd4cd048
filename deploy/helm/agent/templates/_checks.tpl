{{/* What the schema can't say, or was told not to (--skip-schema-validation). Each says what to do. */}}
{{- define "agent.checks" -}}
{{- $ways := list -}}
{{- range $way := list "token" "existingSecret" "file" -}}
{{- if index $.Values.enrollment $way -}}{{- $ways = append $ways $way -}}{{- end -}}
{{- end -}}
{{- if ne (len $ways) 1 -}}
{{- fail (printf "enrollment: give the token in exactly one way, as token, existingSecret or file; %d were given." (len $ways)) -}}
{{- end -}}
{{- if not (regexMatch "^sha256:[0-9a-f]{64}$" (toString .Values.image.digest)) -}}
{{- fail "image.digest: name the image by the digest that you have checked, sha256:… with 64 digits; a tag may change under you." -}}
{{- end -}}
{{- if and (eq .Values.autoscaling.kind "keda") (not .Values.autoscaling.prometheus) -}}
{{- fail "autoscaling.prometheus: KEDA asks Prometheus how many jobs run. Give its address, http://prometheus.monitoring:9090." -}}
{{- end -}}
{{- if and (ne .Values.autoscaling.kind "none") (lt (int .Values.autoscaling.maxReplicas) (int .Values.autoscaling.minReplicas)) -}}
{{- fail "autoscaling: maxReplicas is less than minReplicas." -}}
{{- end -}}
{{- if and .Values.policy.content .Values.policy.existingConfigMap -}}
{{- fail "policy: give content or existingConfigMap, not both." -}}
{{- end -}}
{{- if and .Values.ciliumNetworkPolicy.enabled (not .Values.networkPolicy.enabled) -}}
{{- fail "ciliumNetworkPolicy: it takes the place of networkPolicy's egress, whose other half must stay. Leave networkPolicy.enabled true." -}}
{{- end -}}
{{- if and .Values.ca.existingConfigMap .Values.ca.existingSecret -}}
{{- fail "ca: give existingConfigMap or existingSecret, not both; one file may hold many certificates." -}}
{{- end -}}
{{- if and .Values.proxy.url .Values.proxy.existingSecret -}}
{{- fail "proxy: give url, or existingSecret when it has a password; not both." -}}
{{- end -}}
{{- range .Values.secrets.env -}}
{{- if regexMatch "^(DRAWBRIDGE|AWS|NODE|KUBERNETES)_" .name -}}
{{- fail (printf "secrets.env: %s is a name that the agent itself is run by, and no reference may point at it. Choose another one." .name) -}}
{{- end -}}
{{- end -}}
{{- range .Values.extraEnv -}}
{{- if hasPrefix "DRAWBRIDGE_" .name -}}
{{- fail (printf "extraEnv: %s belongs to the chart. Use the value that sets it; see README.md." .name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
