# "closed" is what a container finds that has lost its GPUs: the file is there, and the kernel's device rules forbid to
# open it. Opening nvidiactl wakes no GPU. The driver's line: "NVRM version: NVIDIA UNIX x86_64 Kernel Module
# 550.54.15  Tue Mar 5 22:23:56 UTC 2024", or "... Open Kernel Module for x86_64  550.54.15 ...".
# GPUs of other makers have files of their own: /dev/kfd is AMD's, /dev/davinci0 Huawei's; those of /dev/dri are named by
# the maker's number on the PCI bus.
gpu_files() {
  sec "$1_files" 0
  for file in /dev/kfd /dev/davinci[0-9]* /sys/class/drm/renderD*/device/vendor; do
    [ -e "$file" ] || continue
    case $file in
      */kfd) echo 'other AMD' ;;
      */davinci*) echo 'other Huawei' ;;
      *)
        maker='' node=${file%/device/vendor}
        [ -e "/dev/dri/${node##*/}" ] || continue
        read -r maker < "$file"
        case $maker in 0x1002) echo 'other AMD' ;; 0x8086) echo 'other Intel' ;; esac ;;
    esac
  done
  for file in /dev/nvidia[0-9]* /dev/nvidiactl /dev/dxg; do
    if [ -e "$file" ]; then printf 'file %s\n' "${file#/dev/}"; fi
  done
  if [ -e /dev/nvidiactl ] && ! ( : </dev/nvidiactl ) 2>/dev/null; then echo closed; fi
  sed -n 's/^NVRM version:.* \([0-9][0-9]*\.[0-9][0-9.]*\).*/driver \1/p' /proc/driver/nvidia/version 2>/dev/null
  if command -v nvidia-smi >/dev/null 2>&1; then echo smi; fi
}
gpu_list() {
  command -v nvidia-smi >/dev/null 2>&1 || return
  gpu_lines=$(limited_to 30 nvidia-smi -L 2>&1 </dev/null)
  sec "$1" $?
  printf '%s\n' "$gpu_lines"
}
