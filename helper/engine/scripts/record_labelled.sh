# $engine, $volume and $label, which every record has, are set above it.
labelled() { [ -n "$("$engine" volume inspect --format "{{if .Labels}}{{index .Labels \"$label\"}}{{end}}" -- "$volume" </dev/null 2>/dev/null)" ]; }
