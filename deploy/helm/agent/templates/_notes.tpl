{{- define "agent.notes" -}}
{{ include "agent.fullname" . }} is installed in {{ .Release.Namespace }}. What to do now:

1. Wait until the agents have enrolled and can write to {{ .Values.bucket.url }}:

     kubectl -n {{ .Release.Namespace }} rollout status statefulset/{{ include "agent.fullname" . }}

2. Have everything looked at: bucket, rights, clock, proxy, certificates, work folder. Each finding says what to do.

     helm -n {{ .Release.Namespace }} test {{ .Release.Name }} --logs

3. Each replica spends one token, within an hour of its making. Make as many as there are replicas
   {{- if ne .Values.autoscaling.kind "none" }} at most ({{ .Values.autoscaling.maxReplicas }}){{ else }} ({{ .Values.replicas }}){{ end }}, with commas between them:

     drawbridge enroll-token --pool default

   The agents' keys rest in {{ if eq .Values.identity.kind "secret" }}Secret {{ include "agent.identitySecret" . }}{{ else }}a volume of each agent{{ end }} and stay when this release is removed. Once all are enrolled the tokens are of no use.
{{- if ne .Values.autoscaling.kind "none" }}

   A replica that is added later needs a token of its own, unless it ran before: scale to {{ .Values.autoscaling.maxReplicas }} once, while the tokens are new.
{{- end }}
{{- if or .Values.policy.content .Values.policy.existingConfigMap }}

   The agents do what your policy allows, and refuse everything else. Its SHA-256 stands beside every run. An agent whose policy has a fault does not start, and says where it is.
{{- else }}

! policy: there is none, so the agents do whatever the control plane says. Write one: agent/src/policy/README.md.
{{- end }}
{{- if not .Values.networkPolicy.enabled }}

! networkPolicy is off: nothing but your cluster's own rules bounds where the agents may connect.
{{- else if not .Values.ciliumNetworkPolicy.enabled }}

  The network policy lets the agents out to: {{ range $n, $rule := .Values.networkPolicy.egress }}{{ if $n }}; {{ end }}{{ $rule.cidr }} on {{ $rule.ports | join ", " }}{{ end }}. Add the ports of your sources and destinations to networkPolicy.egress.
{{- end }}
{{- end -}}
