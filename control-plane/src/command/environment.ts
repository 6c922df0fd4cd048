/** What `--help` says of it; ../config.ts reads it. */
export const environmentHelp = `
Environment:
  DATABASE_URL                postgresql://…, where everything is kept, as who owns it: that user applies
                              migrations and makes two roles of less might, as which all else is done
  DRAWBRIDGE_DIRECT_DATABASE_URL  the same database without a pooler such as PgBouncer in between, for
                              notices and migrations (default: DATABASE_URL)
  DRAWBRIDGE_DATABASE_CONNECTIONS  at most, by this process (default: 20)
  DRAWBRIDGE_STATEMENT_TIMEOUT_MS  how long one statement may take (default: 30000); behind a pooler it is set
                              on the roles, as the next one
  DRAWBRIDGE_LOCK_TIMEOUT_MS  how long a statement may wait for a lock (default: 10000)
  DRAWBRIDGE_SECRET           32 characters or more; signs browser sessions; the secrets of webhooks, the keys
                              that seal those of other channels and the passwords of the two roles are made of it
  HOST                        the address to listen on (default: 127.0.0.1)
  PORT                        (default: 3000)
  DRAWBRIDGE_PUBLIC_URL       where browsers reach it (default: http://localhost:PORT)
  DRAWBRIDGE_TRUSTED_PROXIES  addresses or networks, 10.0.0.7,10.1.0.0/16, whose X-Forwarded-For is
                              believed (default: none)
  DRAWBRIDGE_WEBHOOK_NETWORKS  private addresses or networks, 10.2.0.0/16, that channels and identity providers of
                              workspaces may reach, also by http (default: none)
  DRAWBRIDGE_SIGN_UP          open: anybody may sign up with a workspace of their own; closed (default): only who
                              is invited comes in
  DRAWBRIDGE_OIDC_ISSUER      https://…, an OpenID Connect provider that members may sign in through; it must be told
                              to lead back to DRAWBRIDGE_PUBLIC_URL/api/auth/callback/oidc
  DRAWBRIDGE_OIDC_CLIENT_ID   and
  DRAWBRIDGE_OIDC_CLIENT_SECRET  what it knows us by
  DRAWBRIDGE_OIDC_NAME        what the button calls it (default: single sign-on)
  DRAWBRIDGE_DOCUMENTS        listed (default): with a browser session, GraphQL answers the documents of the UI
                              alone; any: whatever is asked, for work on a UI. API keys may always ask any
  DRAWBRIDGE_SMTP_URL         smtp://user:password@host:587 (STARTTLS) or smtps://… (TLS), what mail is sent by;
                              ?tls=optional at its end allows a server of your own network to go without
  DRAWBRIDGE_MAIL_FROM        the sender, "Drawbridge <drawbridge@example.com>"; needed beside it
  DRAWBRIDGE_MAIL_FOLDER      without a mail server: where mail is written to, one .eml file each
                              (default: .drawbridge/mail)
  DRAWBRIDGE_HEARTBEAT_MS     how often agents say that they are there (default: 10000)
  DRAWBRIDGE_LEASE_MS         how long a job is an agent's without a word (default: 60000)
  DRAWBRIDGE_OFFLINE_MS       how long a silent agent counts as online (default: 45000)
  DRAWBRIDGE_DRAIN_SECONDS    how long a stop may take at most, until what is under way is cut off
                              (default: 25)
  OTEL_EXPORTER_OTLP_ENDPOINT  http://collector:4318, where traces are sent by OTLP over HTTP (default: nothing is
                              traced); its library also reads OTEL_EXPORTER_OTLP_HEADERS and its like
  OTEL_TRACES_SAMPLER_ARG     the share of spans that is sent, from 0 to 1 (default: 1)
  LOG_LEVEL                   trace, debug, info (default), warn, error or fatal

setup, migrate and roles want DATABASE_URL and DRAWBRIDGE_SECRET too.

Exit codes: 0 done, 1 failed.`;
