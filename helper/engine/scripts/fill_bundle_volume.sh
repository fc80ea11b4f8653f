# The bundle is standard input. `docker cp` reaches into volumes of a container that never ran. The name of this container is a lock:
# two that filled the volume at once would run each other's half-written programs. One that was left behind, by a command
# that was cut off, is removed after five minutes.
tries=0 missing=0
until trouble=$("$engine" create --name "$lender" --volume "$volume:/bundle" -- "$image" true 2>&1 </dev/null); do
  # One that had the name a moment ago may be gone by now: the engine's message says so.
  case $trouble in
    *"already in use"*) missing=0 ;;
    *) if "$engine" container inspect -- "$lender" >/dev/null 2>&1 </dev/null; then missing=0; else missing=$((missing + 1)); fi ;;
  esac
  if [ $missing -gt 2 ]; then printf '%s\n' "$trouble" >&2; exit 1; fi
  tries=$((tries + 1))
  if [ $tries -gt 1500 ]; then "$engine" rm --force -- "$lender" </dev/null >/dev/null 2>&1; fi
  sleep 0.2 2>/dev/null || sleep 1
done
trap '"$engine" rm --force -- "$lender" </dev/null >/dev/null' EXIT
trap 'exit 1' HUP INT TERM
if "$engine" cp "$lender:/bundle/complete" - </dev/null >/dev/null 2>&1; then cat >/dev/null; exit 0; fi
"$engine" cp - "$lender:/bundle"
