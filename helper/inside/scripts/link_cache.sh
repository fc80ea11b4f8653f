# As the user: root follows no link that the user made. What is in a folder of that name stays.
chmod 700 "$cache" || exit
umask 077
mkdir -p "$HOME/.cache" && cd "$HOME/.cache" || exit
if [ -d JetBrains ] && [ ! -L JetBrains ]; then rmdir JetBrains 2>/dev/null || exit; fi
[ -L JetBrains ] || ln -s "$cache" JetBrains
