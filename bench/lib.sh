# What the benchmarks share; sourced. Everything they start ends with them.
#
# $atelier is the program (ATELIER_PROGRAM, else target/release/atelier), $work a folder that is removed at the end.

set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(dirname "$here")"
target="${CARGO_TARGET_DIR:-$root/target}"
atelier="$(realpath -m "${ATELIER_PROGRAM:-$target/release/atelier}")"
# Folders and files that the account of an FTP server may read.
umask 022
work="$(mktemp -d /tmp/atelier-bench.XXXXXX)"
chmod 755 "$work"
mkdir "$work/settings"

started=()
hold=
finish() {
  trap - EXIT INT TERM
  for process in "${started[@]}"; do
    kill "$process" 2>/dev/null || true
    wait "$process" 2>/dev/null || true
  done
  if [ -n "$hold" ]; then
    # The server stops at the end of its standard input.
    exec {hold}>&-
    wait "$postgres_process" 2>/dev/null || true
  fi
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

fail() {
  echo "$(basename "$0"): $*" >&2
  exit 1
}
say() {
  echo "$(date +%T) $*" >&2
}

# Neither a setting of the caller's nor a file of the current folder reaches the program.
for variable in "${!ATELIER_@}"; do
  unset "$variable"
done
export NO_COLOR=1 ATELIER_PLANT_TIMEZONE=Europe/Paris ATELIER_FTP_SCHEDULE=off ATELIER_LOG=warn
export ATELIER_JWT_SECRET='only for this benchmark, and long enough'

need() {
  local name
  for name in "$@"; do
    PATH="$PATH:/usr/sbin" command -v "$name" >/dev/null || fail "$name is missing; see bench/README.md"
  done
}
need_atelier() {
  [ -x "$atelier" ] || fail "$atelier is not there: cargo build --release"
}

# Sets $postgres, the URL of a server of our own without a database, with fsync on.
start_postgres() {
  coproc SERVER { exec "$root/scripts/throwaway-postgres" --durable 2>"$work/postgres.err"; }
  hold="${SERVER[1]}" postgres_process="$SERVER_PID"
  read -r postgres <&"${SERVER[0]}" || { cat "$work/postgres.err" >&2; fail "PostgreSQL does not start"; }
}
# sql DATABASE [psql's arguments]
sql() {
  psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 --dbname="$postgres/$1" "${@:2}"
}
new_database() {
  sql postgres -c "DROP DATABASE IF EXISTS $1 WITH (FORCE)" -c "CREATE DATABASE $1" 2>/dev/null
}

# Sets $python, one that has psycopg2.
find_python() {
  python=python3
  if ! "$python" -c 'import psycopg2' 2>/dev/null; then
    python="$target/bench-venv/bin/python"
    if ! "$python" -c 'import psycopg2' 2>/dev/null; then
      say "installing psycopg2 into $target/bench-venv"
      python3 -m venv "$target/bench-venv"
      "$python" -m pip install --quiet --disable-pip-version-check psycopg2-binary
    fi
  fi
}

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
# wait_for_port PORT PROCESS
wait_for_port() {
  for _ in $(seq 200); do
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return
    kill -0 "$2" 2>/dev/null || return 1
    sleep 0.05
  done
  return 1
}

ftp_password=loopback-only
# start_vsftpd FOLDER [SETTINGS]: serves a folder with vsftpd, as root in a jail; sets $ftp_port. Fails where there is no
# vsftpd.
start_vsftpd() {
  local program settings="$work/vsftpd" user=run_as_launching_user=YES process
  program="$(PATH="$target/servers/usr/sbin:$PATH:/usr/sbin" command -v vsftpd)" || return 1
  mkdir -p "$settings/jail"
  echo "$ftp_password" >"$settings/passwords"
  [ "$(id -u)" != 0 ] || user=$'ftp_username=daemon\nnopriv_user=nobody'
  ftp_port="$(free_port)"
  cat >"$settings/vsftpd.conf" <<END
listen=YES
listen_ipv6=NO
listen_address=127.0.0.1
listen_port=$ftp_port
background=NO
$user
local_enable=NO
anonymous_enable=YES
anon_root=$1
anon_world_readable_only=NO
secure_email_list_enable=YES
email_password_file=$settings/passwords
secure_chroot_dir=$settings/jail
seccomp_sandbox=NO
connect_from_port_20=NO
${2:-}
END
  "$program" "$settings/vsftpd.conf" </dev/null >"$work/vsftpd.log" 2>&1 &
  process=$!
  started+=("$process")
  wait_for_port "$ftp_port" "$process"
}

# Serves a folder with Pure-FTPd to the user `atelier`; sets $ftp_port. Fails where there is none, or without root.
start_pure_ftpd() {
  local program users settings="$work/pure-ftpd" process
  [ "$(id -u)" = 0 ] || return 1
  program="$(PATH="$target/servers/usr/sbin:$PATH:/usr/sbin" command -v pure-ftpd)" || return 1
  users="$(PATH="$target/servers/usr/bin:$PATH" command -v pure-pw)" || return 1
  mkdir -p "$settings"
  # `loopback-only`, hashed: what pure-pw makes itself is meant to take seconds at each login.
  local hash='$6$atelier$bjgX/rwaqW/kzdrSbSgJ7TYbsStYGaTHToxmc0XLS1c4kSUrF8RsxoLaMClrLo/5ywuVPOjLtzOWBk4/rSvab0'
  echo "atelier:$hash:65534:65534::$1/./::::::::::::" >"$settings/users"
  "$users" mkdb "$settings/users.pdb" -f "$settings/users" >/dev/null || return 1
  ftp_port="$(free_port)"
  "$program" -S "127.0.0.1,$ftp_port" -l "puredb:$settings/users.pdb" -E -A -u 1 -H -c 100 -C 100 \
    -g "$settings/pid" </dev/null >"$work/pure-ftpd.log" 2>&1 &
  process=$!
  started+=("$process")
  wait_for_port "$ftp_port" "$process"
}

# measured RESULT COMMAND...: runs it in a folder without settings and writes its wall seconds and the greatest resident
# memory of any of its processes, in MB, to the file RESULT. What it says goes to RESULT.out.
measured() {
  local result="$1" code=0
  shift
  # GNU time, where it is, has less memory of its own for the command to inherit.
  if [ -x /usr/bin/time ]; then
    (cd "$work/settings" && /usr/bin/time -q -f '%e %M' -o "$result.time" "$@") >"$result.out" 2>&1 || code=$?
    awk '{ printf "%s %.1f\n", $1, $2 / 1024 }' "$result.time" >"$result"
  else
    (cd "$work/settings" && python3 "$here/measure.py" "$result" "$@") >"$result.out" 2>&1 || code=$?
  fi
  [ "$code" = 0 ] || { cat "$result.out" >&2; fail "this ended with $code: $*"; }
}

# What else the machine did shortly before.
load="$(cut -d' ' -f1 /proc/loadavg)"
machine_line() {
  local processor version
  processor="$(awk -F: '/model name/ { print $2; exit }' /proc/cpuinfo | xargs)"
  version="$(sql postgres -c 'SHOW server_version')"
  echo "$(date +%F), $(nproc) cores ($processor, load $load at the start), PostgreSQL ${version%% *}"
}
