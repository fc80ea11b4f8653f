# As the user. Once there is a pid file, a process that is gone is gone.
seconds() { read -r now _ < /proc/uptime; echo "${now%%.*}"; }
end=$(($(seconds) + 15))
why='it does not listen after 15 s'
while [ "$(seconds)" -lt "$end" ]; do
  if ours; then
    ours_listens "$port" && exit 0
  elif [ -f "$own/pid" ]; then
    why='it ended at once'
    break
  fi
  sleep 0.2 2>/dev/null || sleep 1
done
[ -f "$own/pid" ] || why='it did not start'
printf '%s; the end of its log:\n' "$why"
grep '[[:alnum:]]' "$own/log" 2>/dev/null | tail -n 4
exit 1
