#!/bin/bash
# Stand-in for the entry point of NVIDIA's NGC images: a banner, then the command, or a shell.
cat <<'BANNER'

=============
== PyTorch ==
=============

Stand-in of the sandbox for NVIDIA Release 24.01

BANNER
if [ ! -e /dev/nvidiactl ]; then
  echo "WARNING: The NVIDIA Driver was not detected.  GPU functionality will not be available."
fi
if [ $# -eq 0 ]; then exec /bin/bash; fi
exec "$@"
