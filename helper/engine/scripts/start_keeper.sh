# The keeper's image is standard input; $engine, $keeper, $image and $version are set above it. The keeper reaches the
# engine by its socket alone: it has no network, and nothing of the server's files.
case $engine in
  podman) socket=$("$engine" info --format '{{.Host.RemoteSocket.Path}}' </dev/null) ;;
  *)
    socket=${DOCKER_HOST:-$("$engine" context inspect --format '{{.Endpoints.docker.Host}}' 2>/dev/null </dev/null)}
    [ -n "$socket" ] || socket=unix:///var/run/docker.sock
    ;;
esac
case $socket in
  unix:///*) socket=${socket#unix://} ;;
  /*) ;;
  *) echo "Error: the engine has no socket on this server (it is reached at $socket)" >&2; exit 1 ;;
esac
[ -S "$socket" ] || { echo "Error: the engine's socket $socket is not there" >&2; exit 1; }
version_of() { "$engine" container inspect --format '{{index .Config.Labels "io.helper.keeper"}}' -- "$keeper" 2>/dev/null </dev/null; }
if old=$(version_of); then
  case $old in
    '' | '<no value>') echo "Error: container $keeper is not helper's" >&2; exit 1 ;;
  esac
fi
# When two start it at once, both use the first one's.
tries=0
while [ "$old" = "$version" ] && [ $tries -lt 15 ]; do
  case $("$engine" container inspect --format '{{.State.Status}}' -- "$keeper" 2>/dev/null </dev/null) in
    running) cat >/dev/null; exit 0 ;;
    created) tries=$((tries + 1)); sleep 0.2 2>/dev/null || sleep 1 ;;
    *) break ;;
  esac
done
# The image gets its own tag last, when all of it is imported.
"$engine" import --change 'ENTRYPOINT ["/helper-keeper"]' --change "LABEL io.helper.keeper=$version" - "$image:$version" >/dev/null || exit 1
[ -z "$old" ] || "$engine" rm --force -- "$keeper" >/dev/null 2>&1 </dev/null
options='--restart unless-stopped --network none --read-only --security-opt label=disable'
# With user namespaces root of a container is nobody to the engine's socket.
[ "$engine" = podman ] || options="$options --userns host"
# shellcheck disable=SC2086 # options are words
if ! trouble=$("$engine" run --detach --name "$keeper" --label "io.helper.keeper=$version" $options --volume "$socket:/run/engine.sock" \
  --volume "$keeper:/data" -- "$image:$version" run 2>&1 </dev/null); then
  # Another helper of the same person may have started one at the same time.
  case $(version_of) in
    '' | '<no value>') printf '%s\n' "$trouble" >&2; "$engine" rm --force -- "$keeper" >/dev/null 2>&1 </dev/null; exit 1 ;;
  esac
  [ "$("$engine" container inspect --format '{{.State.Running}}' -- "$keeper" </dev/null)" = true ] || { printf '%s\n' "$trouble" >&2; exit 1; }
fi
# Images of other versions that nothing uses: the engine keeps an image that is in use.
"$engine" image ls --filter "reference=$image" --format '{{.Repository}}:{{.Tag}}' 2>/dev/null </dev/null | while read -r other; do
  case $other in *":$version") ;; *) "$engine" image rm "$other" >/dev/null 2>&1 </dev/null ;; esac
done
exit 0
