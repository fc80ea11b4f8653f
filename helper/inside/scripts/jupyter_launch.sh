# As the user. What Python says before start.py takes the output over is in the log too.
export HOME
umask 077
exec > "$own/log" 2>&1
umask 022
exec "$python" "$own/start.py" "$own" "$module" "$folder"
