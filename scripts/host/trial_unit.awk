# From the service's unit (and its drop-ins) the unit of its trial: the same program with the same environment, user, limits and sandbox, in
# the release's own folder, started by application.py. It reaches nothing outside: [Unit] and [Install] stay away (other units, failure
# actions), so do further commands, sockets, restarts and files for output; folders below /run are its own.
# usage: awk -v name=NAME -v user=USER -v current=PATH -v release=PATH -v seconds=N -v isolated=yes|no PROGRAM UNIT [DROP_IN…]
/^[ \t]*[#;]/ { next }
{ text = text $0 }
sub(/\\$/, " ", text) { next }
{ line = text; text = "" }
line ~ /^[ \t]*\[/ { inside = line ~ /\[Service\]/; next }
!inside || line !~ /=/ { next }
{
  key = value = line
  sub(/[ \t]*=.*/, "", key)
  sub(/^[^=]*=[ \t]*/, "", value)
  gsub(/%n/, name ".service", value)
  gsub(/%[Np]/, name, value)
  gsub(current, release, value)
}
key ~ /^(Type|Exec(StartP.*|Condition|Reload|Stop.*)|Restart.*|PIDFile|BusName|Sockets|NotifyAccess|GuessMainPID|RemainAfterExit|Watchdog.*)$/ { next }
key ~ /^(FileDescriptorStore.*|RuntimeM.*|RuntimeRandom.*|RuntimeDirectory[MP].*|Timeout.*|KillMode|SendSIGKILL|Standard.*|TTY.*|StartLimit.*|.*Action)$/ { next }
key == "ExecStart" && value != "" {
  match(value, /^[-@:+!|]*/)
  prefix = substr(value, 1, RLENGTH)
  value = substr(value, RLENGTH + 1)
  if (prefix ~ /@/) sub(/[ \t]+[^ \t]+/, "", value)
  trial = "/usr/bin/python3 " release "/.berth/application.py trial /run/" name "-trial"
  value = value ~ /^\/usr\/local\/lib\/berth\/launch / ? value " " trial : (prefix ~ /:/ ? ":" : "") trial " " value
}
key == "RuntimeDirectory" {
  count = split(value, folders)
  for (each = 1; each <= count; each++) {
    own = name "-trial/" folders[each]
    sub(/:.*/, "", own)
    sub(/:.*/, "", folders[each])
    print_later("RuntimeDirectory=" own "\nBindPaths=/run/" own ":/run/" folders[each])
  }
  next
}
# what application.py itself needs: to ask on the loopback
key == "RestrictAddressFamilies" && value ~ /^[A-Z]/ { value = value " AF_INET" }
key == "IPAddressDeny" { print_later("IPAddressAllow=localhost") }
{ print_later(key "=" value) }
function print_later(text) { service = service text "\n" }
END {
  print "# Written by Berth: a release is tried beside the live one. It lives for the trial alone."
  print "[Unit]\nDescription=" name ": a release is tried\nCollectMode=inactive-or-failed\nStartLimitIntervalSec=0\n[Service]"
  printf "%s", service
  print "Type=exec\nUser=" user "\nRuntimeMaxSec=" seconds "\nTimeoutStopSec=5\nRuntimeDirectory=" name "-trial\nRuntimeDirectoryMode=0711"
  if (isolated == "yes") print "PrivateNetwork=yes"
}
