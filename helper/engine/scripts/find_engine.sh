# The first engine that answers.
for engine in docker podman; do
  info=$("$engine" info --format '{{json .}}' 2>/dev/null) || continue
  case $info in '' | *'"ServerErrors":["'*) continue ;; esac
  echo "$engine"
  exit 0
done
