# $engine is set above it, and $label, which every record has.
"$engine" ps --all --quiet --no-trunc
volumes=$("$engine" volume ls --quiet --filter "label=$label")
# shellcheck disable=SC2086
[ -z "$volumes" ] || "$engine" volume inspect --format '{{json .Labels}}' -- $volumes
