# $engine, $container and $volume are set above it, and so are the words of `volume create` from $1 on, and what is
# around the host keys, which are standard input, to make a tar of them: $head (~ for each zero byte) and $tail (how many
# zero bytes). A volume keeps the labels that it was made with, so that one of an earlier record goes first, and with it a
# container that was left behind by a command that was cut off.
for lender in $("$engine" ps --all --quiet --filter "volume=$volume" </dev/null); do
  "$engine" rm --force -- "$lender" </dev/null >/dev/null 2>&1
done
"$engine" volume rm -- "$volume" </dev/null >/dev/null 2>&1
"$engine" volume create "$@" -- "$volume" </dev/null >/dev/null || exit
# `docker cp` reaches into volumes of a container that never ran.
image=$("$engine" container inspect --format '{{.Image}}' -- "$container" </dev/null 2>/dev/null) || {
  # Somebody has removed the container meanwhile: the next look sees that.
  "$engine" volume rm -- "$volume" </dev/null >/dev/null 2>&1
  exit 0
}
lender=$("$engine" create --network none --volume "$volume:/helper-record" -- "$image" true </dev/null) || exit
trap '"$engine" rm --force --volumes -- "$lender" </dev/null >/dev/null' EXIT
trap 'exit 1' HUP INT TERM
{
  printf %s "$head" | tr '~' '\000'
  cat
  printf "%0${tail}d" 0 | tr 0 '\000'
} | "$engine" cp - "$lender:/helper-record"
