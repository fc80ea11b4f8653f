export HOME
umask 077
exec > "$own/log" 2>&1
umask 022
exec "$python" "$own/start.py" "$own" "$module" "$folder"
