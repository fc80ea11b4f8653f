# As the user. Where there was a pid file before, a process that is gone is gone.
seconds() { read -r now _ < /proc/uptime; echo "${now%%.*}"; }
end=$(($(seconds) + 30))
why='it does not listen after 30 s'
while [ "$(seconds)" -lt "$end" ]; do
  started=no
  [ -f "$own/pid" ] && started=yes
  if ours; then
    if ours_listens "$port"; then
      : > "$own/served" # so that start.py starts it again whenever it breaks down
      exit 0
    fi
  elif [ "$started" = yes ]; then
    why='it ended at once'
    break
  fi
  sleep 0.2 2>/dev/null || sleep 1
done
[ -f "$own/pid" ] || why='it did not start'
printf '%s; the end of its log:\n' "$why"
grep '[[:alnum:]]' "$own/log" 2>/dev/null | tail -n 4
exit 1
