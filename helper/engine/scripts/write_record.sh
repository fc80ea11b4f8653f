# record_labelled.sh is above it. $container is set too, and so are the words of `volume create` from $1 on. A volume keeps
# the labels that it was made with, so that one of an earlier record goes first, and with it a container that was left
# behind by a command that was cut off.
for lender in $("$engine" ps --all --quiet --filter "volume=$volume" </dev/null); do
  "$engine" rm --force -- "$lender" </dev/null >/dev/null 2>&1
done
"$engine" volume rm -- "$volume" </dev/null >/dev/null 2>&1
"$engine" volume create "$@" -- "$volume" </dev/null >/dev/null || exit
# One that another command made at that moment has kept its own labels.
labelled || {
  echo "Error: volume $volume was made by another command at the same moment" >&2
  exit 1
}
# For record_host_keys.sh, which follows.
# shellcheck disable=SC2034
image=$("$engine" container inspect --format '{{.Image}}' -- "$container" </dev/null 2>/dev/null) || {
  # Somebody has removed the container meanwhile: the next look sees that.
  "$engine" volume rm -- "$volume" </dev/null >/dev/null 2>&1
  exit 0
}
