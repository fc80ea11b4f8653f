# record_labelled.sh is above it. $volume, which is there, and $image, which anything can be made from, are set too, and so is
# what is around the host keys, which are standard input, to make a tar of them: $head (~ for each zero byte) and $tail (how
# many zero bytes). `docker cp` reaches into volumes of a container that never ran.
labelled || { echo "Error: volume $volume has been removed" >&2; exit 1; }
lender=$("$engine" create --network none --volume "$volume:/helper-record" -- "$image" true </dev/null) || exit
# One that went meanwhile was made again for the lender, and is nobody's record.
trap '"$engine" rm --force --volumes -- "$lender" </dev/null >/dev/null; labelled || "$engine" volume rm -- "$volume" </dev/null >/dev/null 2>&1' EXIT
trap 'exit 1' HUP INT TERM
{
  printf %s "$head" | tr '~' '\000'
  cat
  printf "%0${tail}d" 0 | tr 0 '\000'
} | "$engine" cp - "$lender:/helper-record"
