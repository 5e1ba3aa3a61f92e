import { execFile } from "node:child_process";
import { beforeAll, describe, expect, it } from "vitest";
import { bootHost, ensureJobImages, type JobImages } from "../../src/host/index.ts";
import { UsageError } from "../../src/usage-error.ts";

const say = (line: string) => process.stderr.write(`${line}\n`);

/** Where podman cannot be had or cannot run containers, the reason is told and the tests are skipped. */
const images = await ensureJobImages({ say }).catch((error: unknown) => {
  if (!(error instanceof UsageError)) throw error;
  say(`job images: skipped: ${error.message}`);
  return undefined;
});

describe.skipIf(images === undefined)("job images", () => {
  let available: JobImages;
  beforeAll(() => {
    available = images as JobImages;
  });

  it.each([
    ["python:3.11-slim-bookworm", "Python 3.11"],
    ["python:3.13-slim-bookworm", "Python 3.13"],
  ])("%s has Python, bash and what jobs need", async (image, version) => {
    const { stdout } = await inContainer(available, image, [
      "bash",
      "-c",
      "python --version; type -t git ssh rsync curl pip",
    ]);
    expect(stdout).toMatch(new RegExp(`^${version}\\.\\d+\n(file\n){5}$`));
  });

  it("berth/busybox has BusyBox for sh and its tools, and no bash", async () => {
    const script = "tar --help 2>&1 | head -n 1; bash -c true || echo none; python3 -c 'print(7)'";
    const { stdout } = await inContainer(available, "berth/busybox", ["sh", "-c", script]);
    expect(stdout).toMatch(/^BusyBox v[\s\S]*\nnone\n7\n$/);
  });

  it("alpine:3.22 has BusyBox, and what the deploy jobs would install", async () => {
    const script = "tar --help 2>&1 | head -n 1; bash -c 'type -t ssh rsync'";
    const { stdout } = await inContainer(available, "alpine:3.22", ["sh", "-c", script]);
    expect(stdout).toMatch(/^BusyBox v[\s\S]*\nfile\nfile\n$/);
  });

  it("reach a throw-away server", async () => {
    const host = await bootHost();
    const program = `import socket; print(socket.create_connection(("${host.address}", 22), 3).recv(7).decode())`;
    const { stdout } = await inContainer(available, "python:3.11-slim-bookworm", ["python", "-c", program]);
    await host.down();
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
