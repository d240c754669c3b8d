#!/bin/sh
# Becomes a systemd that has namespaces, accounts, /var/lib, units and a network of its own: what it starts and what is
# installed there leaves the machine as it was. Needs root. Argument: an empty folder. Started by own-systemd.ts.
set -e
own=$1
if [ "$2" != inside ]; then
  # A branch of the control groups for it, so that it never sees the others.
  groups=$(findmnt --noheadings --first-only --types cgroup2 --output TARGET)
  branch=$groups/$(basename "$own")
  mkdir "$branch"
  echo $$ > "$branch/cgroup.procs"
  exec unshare --mount --pid --net --cgroup --uts --ipc --fork --mount-proc --kill-child -- "$0" "$own" inside
fi

mount --make-rprivate /
mount -t tmpfs tmpfs "$own"
for folder in /etc /var/lib; do
  mkdir -p "$own/over$folder" "$own/work$folder"
  mount -t overlay overlay -o "lowerdir=$folder,upperdir=$own/over$folder,workdir=$own/work$folder" $folder
done
mount -t tmpfs tmpfs /run
mkdir /run/lock
umount --lazy --recursive /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
ip link set lo up

# A machine with nothing on it: no unit of the real one is known.
mkdir "$own/units"
for target in sysinit shutdown umount local-fs network time-set nothing; do
  printf '[Unit]\nDefaultDependencies=no\n' > "$own/units/$target.target"
done
printf '[Unit]\nDefaultDependencies=no\nRequires=sysinit.target\nAfter=sysinit.target\n' > "$own/units/basic.target"
printf '[Unit]\nDefaultDependencies=no\nRequires=basic.target\n' > "$own/units/multi-user.target"
mount --bind "$own/units" "$(readlink -f /lib/systemd/system)"
rm -rf /etc/systemd/system /etc/machine-id
mkdir /etc/systemd/system
echo 0123456789abcdef0123456789abcdef > /etc/machine-id
exec env container=test /lib/systemd/systemd --system --unit=nothing.target --log-target=console --show-status=0
