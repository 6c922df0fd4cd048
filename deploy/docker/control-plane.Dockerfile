# The control plane with its UI: its programs, the packages that they need in production, and Node.js.
#
#   docker build -f deploy/docker/control-plane.Dockerfile --build-arg BASE=node:24-bookworm-slim@sha256:… -t drawbridge-control-plane .
#
# BASE and RUN_BASE are as in agent.Dockerfile.
ARG BASE
ARG RUN_BASE=${BASE}

FROM ${BASE} AS build
WORKDIR /build
COPY . .
RUN ["node", "deploy/docker/assemble.mjs", "control-plane", "/app"]

FROM ${RUN_BASE}
ARG REVISION=unknown
LABEL org.opencontainers.image.title="drawbridge-control-plane" \
      org.opencontainers.image.description="Knows who wants what, when, and how it went" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /app /app
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
USER 65532:65532
WORKDIR /app
EXPOSE 3000
ENTRYPOINT ["node", "/app/control-plane/dist/main.js"]
CMD ["start"]
