# What a removal of the container would lose. sed's last line is the number of all lines.
sec size 0
"$engine" container inspect --size --format '{{.SizeRw}}' -- "$container" 2>/dev/null </dev/null
sec diff 0
"$engine" diff "$container" 2>/dev/null </dev/null | sed -n '1,5000p
$='
sec processes 0
"$engine" top "$container" -eo pid,args 2>/dev/null </dev/null | head -n 500
sec gpu_jobs 0
nvidia-smi --query-compute-apps=pid,process_name,used_memory --format=csv,noheader 2>/dev/null </dev/null | head -n 500
