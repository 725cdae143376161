#!/usr/bin/env bash
# Slurm on this machine alone: submits the job array of docs/cluster as two papers at smoke scale, tells one of
# its tasks that its time ends, kills and requeues others, and compares the merged outcome with that of a single process.
#
# Needs munge, slurmctld, slurmd and slurm-client (packages of Debian), and root:
#
#   apt-get install --no-install-recommends munge slurmctld slurmd slurm-client
#   cargo build --release --example reproduce
#   tests/cluster/run.sh
set -euo pipefail
cd "$(dirname "$0")/../.."

program=${NEURO_PROGRAM:-$PWD/target/release/examples/reproduce}
run=(--papers transient_memory,sequential_memory --seeds 12)
tasks=4
for command in munged slurmctld slurmd sbatch squeue scontrol; do
    command -v "$command" > /dev/null || { echo "$command is not installed" >&2; exit 2; }
done
[[ -x $program ]] || { echo "build first: cargo build --release --example reproduce" >&2; exit 2; }

work=$(mktemp -d)
chmod 755 "$work"
daemons=()
stop() {
    for daemon in "${daemons[@]}"; do kill "$daemon" 2> /dev/null || true; done
    wait 2> /dev/null || true
    if [[ -n ${KEEP:-} ]]; then echo "kept: $work"; else rm -rf "$work"; fi
}
trap stop EXIT

# A user's own munge and Slurm: sockets, ports, states and logs of their own.
host=$(hostname -s)
dd if=/dev/urandom of="$work/munge.key" bs=1024 count=1 status=none
chmod 400 "$work/munge.key"
munged --foreground --force --key-file="$work/munge.key" --socket="$work/munge.socket" \
    --pid-file="$work/munged.pid" --log-file="$work/munged.log" --seed-file="$work/munged.seed" &
daemons+=($!)
mkdir -p "$work/state" "$work/spool"
cat > "$work/slurm.conf" << CONF
ClusterName=neuro
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$work/munge.socket
CredType=cred/munge
SlurmctldPort=26817
SlurmdPort=26818
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=5
MinJobAge=600
NodeName=$host NodeAddr=127.0.0.1 CPUs=$tasks RealMemory=64000 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
# Processes are told apart without control groups, which only newer versions let one say.
plugin=disabled
[[ $(slurmd -V) == *\ 22.* ]] && plugin=cgroup/v1
echo "CgroupPlugin=$plugin" > "$work/cgroup.conf"
export SLURM_CONF=$work/slurm.conf
for _ in $(seq 50); do [[ -S $work/munge.socket ]] && break; sleep 0.2; done
slurmctld -D -f "$SLURM_CONF" > "$work/slurmctld.out" 2>&1 &
daemons+=($!)
slurmd -D -f "$SLURM_CONF" > "$work/slurmd.out" 2>&1 &
daemons+=($!)
for _ in $(seq 150); do
    [[ $(sinfo --noheader --format=%T 2> /dev/null) == idle ]] && break
    sleep 0.2
done
if [[ $(sinfo --noheader --format=%T) != idle ]]; then
    tail -n 20 "$work/slurmd.out" "$work/slurmctld.out" >&2
    exit 1
fi
sinfo

echo "==> one process"
"$program" --scale smoke --out "$work/one" "${run[@]}" > "$work/one.log" 2>&1

echo "==> an array of $tasks tasks"
export NEURO_OUT=$work/shared NEURO_SCALE=smoke NEURO_PROGRAM=$program
job=$(sbatch --parsable --array="1-$tasks" --cpus-per-task=1 --time=10 \
    --output="$work/task-%a.log" docs/cluster/neuro.sbatch "${run[@]}")
running() { squeue --noheader --array --job="$job" --states=R --format=%K; }
# At once, instead of after a while.
requeue() {
    scontrol requeue "${job}_$1"
    scontrol update "JobId=${job}_$1" StartTime=now
    echo "requeued task $1"
}
# Kills the program of a task, not the script that started it.
kill_program() {
    local id pid
    id=$(squeue --noheader --array --job="${job}_$1" --format=%A)
    for pid in $(scontrol listpids "$id" 2> /dev/null | awk 'NR > 1 { print $1 }'); do
        if [[ $(readlink "/proc/$pid/exe") == "$program" ]] && kill -KILL "$pid"; then
            echo "killed the program of task $1"
        fi
    done
}
# The signal that Slurm sends to the script two minutes before the time limit.
echo "==> a time limit"
for _ in $(seq 100); do
    mapfile -t tasks_at_work < <(running)
    [[ ${#tasks_at_work[@]} -ge 1 && -s $work/task-${tasks_at_work[0]}.log ]] && break
    sleep 0.2
done
limited=${tasks_at_work[0]}
scancel --batch --signal=USR1 "${job}_$limited"
restarts=0
for _ in $(seq 100); do
    restarts=$(scontrol show job "${job}_$limited" | sed -n 's/.* Restarts=\([0-9]*\) .*/\1/p')
    [[ $restarts -ge 1 ]] && break
    sleep 0.2
done
[[ $restarts -ge 1 ]] || { echo "task $limited did not queue itself again" >&2; exit 1; }
scontrol update "JobId=${job}_$limited" StartTime=now
echo "task $limited saved, and queued itself again"

# Again and again: of the tasks that run, one is requeued, and the program of another is killed; when the task
# has failed from that, it is requeued.
rounds=0
for _ in $(seq 100); do
    mapfile -t tasks_at_work < <(running)
    if [[ ${#tasks_at_work[@]} -ge 2 ]]; then
        sleep "0.$((rounds + 3))"
        requeue "${tasks_at_work[0]}" || true
        killed=${tasks_at_work[1]}
        kill_program "$killed"
        for _ in $(seq 100); do
            running | grep -qx "$killed" || break
            sleep 0.1
        done
        requeue "$killed" || true
        rounds=$((rounds + 1))
        [[ $rounds -lt 3 ]] || break
    fi
    sleep 0.3
done
echo "$rounds rounds"
[[ $rounds -gt 0 ]] || { echo "no two tasks ran at the same time" >&2; exit 1; }
for _ in $(seq 600); do
    left=$(squeue --noheader --array --job="$job" --states=PD,R,CG,S,CF,RQ 2> /dev/null | wc -l)
    [[ $left -eq 0 ]] && break
    sleep 1
done
squeue --array --states=all --job="$job" --format='%i %T %r' || true
[[ $left -eq 0 ]] || { echo "$left tasks have not ended" >&2; exit 1; }

echo "==> merged"
"$program" --scale smoke --out "$work/shared" "${run[@]}" --merge | tee "$work/merge.log"
if grep -q 'are missing' "$work/merge.log"; then
    tail -n 20 "$work"/task-*.log
    exit 1
fi
compare() {
    (cd "$1" && find . -type f \( -path '*/jobs/*.json' -o -path '*/data/*.csv' -o -path '*/figures/*.svg' \
        -o -path '*/networks/*' -o -name claims.json -o -name report.md \) ! -name '.*' | sort | xargs sha256sum)
}
compare "$work/one" > "$work/one.sums"
compare "$work/shared" > "$work/shared.sums"
diff "$work/one.sums" "$work/shared.sums"
sittings=$(grep -c '"started"' "$work/shared/run.json")
echo "the $(wc -l < "$work/one.sums") files of one process and of the array in $sittings sittings are the same"
