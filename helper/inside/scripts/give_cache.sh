ls -ldn "$cache" | { read -r _ _ uid gid _; [ "$uid:$gid" = "$owner" ]; } || chown -R -h "$owner" "$cache"
