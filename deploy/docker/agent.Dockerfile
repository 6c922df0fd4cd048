# The agent: its programs, the packages that they need in production, and Node.js. Nothing is fetched when it runs.
#
#   docker build -f deploy/docker/agent.Dockerfile --build-arg BASE=node:24-bookworm-slim@sha256:… -t drawbridge-agent .
#
# BASE is Debian 12 or another glibc system with Node.js 24, named by the digest that you have checked. With RUN_BASE the last
# stage stands on another one, such as a distroless image of the same Node.js: no shell is needed there.
ARG BASE
ARG RUN_BASE=${BASE}

FROM ${BASE} AS build
WORKDIR /build
COPY . .
# From the lock file alone, and with no script of a package but that of Node.js itself.
RUN ["node", "deploy/docker/assemble.mjs", "agent", "/app"]
WORKDIR /identity

FROM ${RUN_BASE}
ARG REVISION=unknown
LABEL org.opencontainers.image.title="drawbridge-agent" \
      org.opencontainers.image.description="Runs Drawbridge's syncs inside your network" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /app /app
# Empty; a volume that is mounted here for the first time belongs to the agent then.
COPY --from=build --chown=65532:65532 /identity /identity
ENV NODE_ENV=production
USER 65532:65532
WORKDIR /app
# Node.js itself is process 1: the agent handles SIGTERM and SIGINT, and starts no other process.
ENTRYPOINT ["node", "/app/agent/dist/main.js"]
CMD ["start"]
