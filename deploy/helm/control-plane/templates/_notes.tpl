{{- define "control-plane.notes" -}}
{{ include "control-plane.fullname" . }} is installed in {{ .Release.Namespace }}. What to do now:

1. Wait until its replicas have found their database and schema:

     kubectl -n {{ .Release.Namespace }} rollout status deployment/{{ include "control-plane.fullname" . }}

2. Make the first workspace and its owner; the answer holds a link to sign in:

     kubectl -n {{ .Release.Namespace }} exec deploy/{{ include "control-plane.fullname" . }} -- \
       drawbridge-control-plane setup --workspace acme --email you@example.com

3. Open {{ .Values.publicUrl }}. Agents dial {{ .Values.publicUrl | replace "https://" "wss://" }}; install them with the chart drawbridge-agent.
{{- if not .Values.mail.existingSecret }}

! mail: none is sent, so nobody can be invited or reset a password. Give mail.existingSecret and mail.from.
{{- end }}
{{- if not .Values.ingress.enabled }}

! ingress is off: bring TLS and websockets to Service {{ include "control-plane.fullname" . }}, port 80, by what you have.
{{- end }}
{{- if not .Values.trustedProxies }}

! trustedProxies is empty: the audit log and the limits of sign-in see the address of your ingress in place of people's. Name its networks.
{{- end }}
{{- end -}}
