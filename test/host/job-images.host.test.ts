import { execFile } from "node:child_process";
import { describe, expect, it } from "vitest";
import type { JobImages } from "../../src/host/index.ts";
import { useHosts, useJobImages, whereHostsBoot } from "./hosts.ts";

const where = await whereHostsBoot();

describe("job images", () => {
  const images = useJobImages();
  const hosts = useHosts();

  it.each([
    ["python:3.11-slim-bookworm", "Python 3.11"],
    ["python:3.13-slim-bookworm", "Python 3.13"],
  ])("%s has Python, bash and what jobs need", async (image, version) => {
    const { stdout } = await inContainer(images(), image, [
      "bash",
      "-c",
      "python --version; type -t git ssh rsync curl pip",
    ]);
    expect(stdout).toMatch(new RegExp(`^${version}\\.\\d+\n(file\n){5}$`));
  });

  it("berth/busybox has BusyBox for sh and its tools, and no bash", async () => {
    const script = "tar --help 2>&1 | head -n 1; bash -c true || echo none; python3 -c 'print(7)'";
    const { stdout } = await inContainer(images(), "berth/busybox", ["sh", "-c", script]);
    expect(stdout).toMatch(/^BusyBox v[\s\S]*\nnone\n7\n$/);
  });

  it("alpine:3.22 has BusyBox, and what the deploy jobs would install", async () => {
    const script = "tar --help 2>&1 | head -n 1; bash -c 'type -t ssh rsync'";
    const { stdout } = await inContainer(images(), "alpine:3.22", ["sh", "-c", script]);
    expect(stdout).toMatch(/^BusyBox v[\s\S]*\nfile\nfile\n$/);
  });

  it("reach a throw-away server", where, async () => {
    const host = await hosts.boot();
    const program = `import socket; print(socket.create_connection(("${host.address}", 22), 3).recv(7).decode())`;
    const { stdout } = await inContainer(images(), "python:3.11-slim-bookworm", ["python", "-c", program]);
    expect(stdout).toBe("SSH-2.0\n");
  });
});

function inContainer(
  { environment }: JobImages,
  image: string,
  argv: readonly string[],
): Promise<{ stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, ...environment } };
    execFile("podman", ["run", "--rm", image, ...argv], options, (_, stdout, stderr) =>
      resolve({ stdout, stderr }),
    );
  });
}
