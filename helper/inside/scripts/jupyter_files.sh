set -eC
mkdir -p -- "$folder"
umask 077
printf '%s\n' "$starter" > "$own/start.py"
cat > "$own/config.json"
