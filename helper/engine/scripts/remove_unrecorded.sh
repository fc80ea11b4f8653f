# $engine, $container, $nonce and $label (whose value on the container is its nonce) are set above it.
[ "$("$engine" container inspect --format "{{index .Config.Labels \"$label\"}}" -- "$container" 2>/dev/null)" != "$nonce" ] ||
  "$engine" rm -- "$container"
