# As the user. noclobber makes each file new: one that another user has laid there is refused. The config is standard input.
set -eC
mkdir -p -- "$folder"
umask 077
printf '%s\n' "$starter" > "$own/start.py"
cat > "$own/config.json"
