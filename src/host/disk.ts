import { mkdirSync, renameSync } from "node:fs";
import type { HostPaths } from "./record.ts";
import { mustRun, run } from "./subprocess.ts";

/**
 * Makes a host's disk: an ext4 file system in a sparse file, of `size` (as truncate(1) takes it, `4G`), so that a full
 * disk, a power loss and what fsync does are the kernel's own.
 */
export async function makeDisk(paths: HostPaths, size: string): Promise<void> {
  await mustRun(["truncate", `--size=${size}`, paths.diskImage]);
  // No reserve for root: a full disk is full for everybody. The journal is written at once, not in the background.
  await mustRun(["mkfs.ext4", "-q", "-m", "0", "-E", "nodiscard", paths.diskImage]);
  mkdirSync(paths.disk, { recursive: true });
  mkdirSync(paths.root, { recursive: true });
}

/** Mounts the disk and lays it over the base system: `paths.root` is then the host's root. */
export async function mountDisk(paths: HostPaths, base: string): Promise<void> {
  // Not `mount -o loop`, which would take a loop device that is there already. The device goes when it is unmounted (--detach now).
  const device = (await mustRun(["losetup", "--find", "--show", paths.diskImage])).trim();
  try {
    await mustRun(["mount", "-o", "noatime", device, paths.disk]);
  } finally {
    await mustRun(["losetup", "--detach", device]);
  }
  const [upper, work] = [`${paths.disk}/upper`, `${paths.disk}/work`];
  mkdirSync(upper, { recursive: true });
  mkdirSync(work, { recursive: true });
  const layers = `lowerdir=${base},upperdir=${upper},workdir=${work}`;
  await mustRun(["mount", "-t", "overlay", "berth", "-o", layers, paths.root]);
}

/**
 * Takes the disk away as a power loss does: what was not yet written through (fsync) is gone, also its journal.
 * Afterwards the disk is unmounted and can be mounted again.
 *
 * Other guests may see the file system in their own view of the mounts. It ends with the last of them, and the kernel then writes what
 * it still holds of it: into the file that nobody reads any more, not into the disk that was mounted anew meanwhile.
 */
export async function crashDisk(paths: HostPaths): Promise<void> {
  // FS_IOC_SHUTDOWN with FS_SHUTDOWN_FLAGS_NOLOGFLUSH (linux/fs.h). Perl is on every Debian system.
  const shutdown =
    'open(my $fs, "<", $ARGV[0]) || die $!; my $flags = pack("I", 2); ioctl($fs, 0x8004587d, $flags) || die $!';
  await mustRun(["perl", "-e", shutdown, paths.disk]);
  const copy = `${paths.diskImage}.new`;
  await mustRun(["cp", "--sparse=always", "--reflink=auto", paths.diskImage, copy]);
  renameSync(copy, paths.diskImage);
  await unmount(paths.root);
  await unmount(paths.disk);
}

/** The last process of a guest may take a moment to let go. */
async function unmount(folder: string): Promise<void> {
  for (let attempt = 0; attempt < 1500; attempt += 1) {
    if ((await run(["umount", folder])).code === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await mustRun(["umount", folder]);
}
