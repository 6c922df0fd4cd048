#!/usr/bin/env bash
# Runs the agent of a built root file system as an engine would, where there is no engine: as user 65532, as process 1, its root
# read-only, with /tmp alone to write to. Needs root, for mounts and for nothing else.
#
#   buildah mount "$(buildah from drawbridge-agent)"       # prints ROOT
#   deploy/docker/confined.sh ROOT connectors
#   DRAWBRIDGE_TEST_AGENT="$PWD/deploy/docker/confined.sh ROOT" npx vitest run --project e2e agent/src/agent.e2e -t 'runs a sync'
set -euo pipefail
root=$(cd "${1:?'Name the root file system.'}" && pwd)
shift
if [ -n "${DRAWBRIDGE_WORK_DIR:-}" ]; then
  # What a pod gets as emptyDir.
  install -d -o 65532 -g 65532 -m 0700 "$(dirname "$DRAWBRIDGE_WORK_DIR")"
  chmod o+x "$(dirname "$(dirname "$DRAWBRIDGE_WORK_DIR")")"
fi
export ROOT=$root HOME=/tmp NODE_ENV=production PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
# Whoever ends this process means the agent, whom its parent's end does not reach once it is another user's.
(
  self=$BASHPID agent=
  until [ -n "$agent" ]; do
    agent=$(pgrep -P $$ | grep -vx "$self" | head -1) || sleep 0.1
  done
  tail --pid=$$ -f /dev/null
  kill -KILL "$agent"
) >/dev/null 2>&1 &
exec unshare --mount --pid --fork sh -c '
  mount --make-rprivate / && mount --bind "$ROOT" "$ROOT" && mount -t proc proc "$ROOT/proc" && mount --bind /tmp "$ROOT/tmp" &&
    mount --bind /dev "$ROOT/dev" && mount -o remount,bind,ro "$ROOT" &&
    exec chroot --userspec=65532:65532 "$ROOT" node /app/agent/dist/main.js "$@"
' confined "$@"
