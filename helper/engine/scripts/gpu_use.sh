# A container's processes are in a control group that has its id in its name (docker-ID.scope, /docker/ID, libpod-ID).
# $inside is the line that runs a program in the container.
by_index=index,uuid,memory.total,memory.used,utilization.gpu,name
by_process=gpu_uuid,pid,used_memory,process_name
csv=csv,noheader,nounits
if command -v nvidia-smi >/dev/null 2>&1; then
  answer=$(limited_to 30 nvidia-smi --query-gpu=$by_index --format=$csv 2>&1 </dev/null); sec gpus $?
  printf '%s\n' "$answer"
  answer=$(limited_to 30 nvidia-smi --query-compute-apps=$by_process --format=$csv 2>/dev/null </dev/null); sec processes $?
  printf '%s\n' "$answer"
  sec owners 0
  printf '%s\n' "$answer" | while IFS=', ' read -r _ pid _; do
    case $pid in '' | *[!0-9]*) continue ;; esac
    group=$(sed -n 's/.*[-/]\([0-9a-f]\{64\}\).*/\1/p' "/proc/$pid/cgroup" 2>/dev/null | head -n 1)
    printf '%s %s %s\n' "$pid" "$(stat -c %U "/proc/$pid" 2>/dev/null || echo '?')" "$group"
  done
  sec containers 0
  "$engine" ps --no-trunc --format '{{.ID}} {{.Names}}' 2>/dev/null
else
  answer=$(eval "$inside nvidia-smi --query-gpu=$by_index --format=$csv" 2>&1 </dev/null); sec gpus $?
  printf '%s\n' "$answer"
fi
