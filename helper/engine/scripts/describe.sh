# $engines and $container are set above it. The first engine that has the container tells what it and its image are; where
# none has it, each tells which ones it has.
for engine in $engines; do
  command -v "$engine" >/dev/null 2>&1 || continue
  about=$("$engine" container inspect --format '{{.Image}} {{json .}}' -- "$container" 2>/dev/null </dev/null) || continue
  sec "container_$engine" 0
  printf '%s' "${about#* }"
  sec image 0
  "$engine" image inspect --format '{{json .}}' -- "${about%% *}" 2>/dev/null </dev/null
  sec end 0
  exit 0
done
for engine in $engines; do
  command -v "$engine" >/dev/null 2>&1 || continue
  names=$("$engine" ps --all --format '{{.Names}}' 2>&1 </dev/null)
  sec "names_$engine" $?
  printf '%s\n' "$names"
done
sec end 0
