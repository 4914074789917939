#!/bin/sh
# Outlives its worker to take the worker's commands with it. Reads stdin until it ends, which is when the worker does,
# however that came about. A worker that closes in good order writes "done" first, and nothing happens; otherwise all
# that its commands left is stopped: SIGTERM, the grace period, SIGKILL until nothing is left.
#
# A later worker runs it with an empty stdin for a worker whose guard was killed as well.
#
# A worker that is stopped (SIGSTOP) does not die, and others take its tasks over: while commands run it says "busy"
# again and again, and when it falls silent they are stopped as well. That needs a shell that reads with a time limit:
# bash; with another one it goes without.
#
#   guard.sh KEY GRACE_MS FOLDER FIFOS CGROUP [SILENT_S SILENT_GRACE_MS]
#
#   KEY       the worker's key: its processes carry "KEY." in their environment
#   GRACE_MS  from SIGTERM to SIGKILL
#   FOLDER    the worker's folder; FOLDER/running has a line "PID START_TIME" for each command that ran last
#   FIFOS     the folder of its pipes, which is removed with FOLDER when nothing is left
#   CGROUP    the cgroup that holds the worker and its commands and nothing else; empty where there is none
#   SILENT_S  how long a busy worker may be silent, and SILENT_GRACE_MS the grace period then

key=$1 grace_ms=$2 folder=$3 fifos=$4 cgroup=$5 silent_s=$6 silent_grace_ms=$7

# Whoever stops the worker may signal everything around it: this is the one that has to be last.
trap '' HUP INT TERM

# In milliseconds, from any beginning.
now() {
  if [ -r /proc/uptime ]; then
    read -r up _ </proc/uptime
    echo "${up%.*}${up#*.}0"
  else
    echo "$(date +%s)000"
  fi
}

# The start time of the process $1, as far as the system tells: it is what keeps a reused pid from being taken for it.
start_time() {
  read -r stat 2>/dev/null <"/proc/$1/stat" || return 1
  # The command's name is in parentheses and may hold spaces: fields are counted from behind it.
  set -- ${stat##*) }
  # A zombie has ended.
  [ "$1" != Z ] && [ "$1" != X ] && echo "${20}"
}

# Prints what to signal, one a line: pids, and process groups as negative numbers.
members() {
  {
    [ -n "$cgroup" ] && find "$cgroup" -name cgroup.procs -exec cat {} + 2>/dev/null
    if [ -d /proc/self ]; then
      # All environments in one go; a file that cannot be read is somebody else's.
      grep -laF -- "$key." /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3
    fi
    while read -r pid started; do
      if [ -d /proc/self ]; then
        [ -n "$pid" ] && [ "$(start_time "$pid")" = "$started" ] && group "$pid"
      else
        # Without start times: the worker has died just now, so its pids are not in use again yet.
        [ -n "$pid" ] && kill -0 -- "-$pid" 2>/dev/null && echo "-$pid"
      fi
    done <"$folder/running"
  } 2>/dev/null | sort -u | grep -vx -- "${spared:-nobody}"
}

# The members of the process group $1, so that what left its environment is found too.
group() {
  for path in /proc/[0-9]*; do
    read -r stat 2>/dev/null <"$path/stat" || continue
    set -- "$1" ${stat##*) }
    [ "$4" = "$1" ] && [ "$2" != Z ] && [ "$2" != X ] && echo "${path#/proc/}"
  done
}

# Sends the signal $1 to each of the others.
signal() {
  name=$1
  shift
  for target in "$@"; do kill -s "$name" -- "$target" 2>/dev/null; done
}

# Stops all members, with the grace period $1; what cannot be stopped is in $left then.
stop_members() {
  left=$(members)
  [ -n "$left" ] || return
  signal TERM $left
  # A stopped process gets SIGTERM only when it continues.
  signal CONT $left
  deadline=$(($(now) + $1))
  while left=$(members) && [ -n "$left" ] && [ "$(now)" -lt "$deadline" ]; do sleep 0.05; done

  # Not for ever: what is stuck in the kernel outlives every signal.
  deadline=$(($(now) + 10000))
  while [ -n "$left" ] && [ "$(now)" -lt "$deadline" ]; do
    [ -n "$cgroup" ] && [ -z "$spared" ] && echo 1 >"$cgroup/cgroup.kill"
    signal KILL $left
    sleep 0.02
    left=$(members)
  done 2>/dev/null
}

limit=
while :; do
  if [ -n "$limit" ]; then
    IFS= read -r -t "$limit" line
  else
    IFS= read -r line
  fi
  status=$?
  if [ "$status" -gt 128 ]; then
    # The worker lives, and may go on: its commands are stopped, it is not.
    spared=$PPID
    stop_members "$silent_grace_ms"
    spared= limit=
  elif [ "$status" -ne 0 ]; then
    break
  elif [ "$line" = done ]; then
    exit 0
  elif [ "$line" = busy ]; then
    [ -n "$BASH_VERSION" ] && limit=$silent_s
  else
    limit=
  fi
done

stop_members "$grace_ms"

# A process that is just going away holds its cgroup for a moment longer than it can be seen there.
for _ in 1 2 3 4 5 6 7 8 9 10; do
  [ -z "$left" ] && [ -n "$cgroup" ] && [ -d "$cgroup" ] || break
  find "$cgroup" -depth -type d -exec rmdir {} + 2>/dev/null || sleep 0.05
done
# What is left keeps its record, for the next worker on this host.
[ -z "$left" ] && rm -rf -- "$fifos" "$folder"
exit 0
