import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runWithLibrary } from "./library.ts";

let folder: string;
const keys: Record<string, { text: string; publicKey: string }> = {};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "berth-keys-"));
  const forms = [
    ["ed25519", "-t", "ed25519"],
    ["rsa", "-t", "rsa", "-b", "2048", "-m", "PEM"],
    ["ecdsa", "-t", "ecdsa"],
  ] as const;
  for (const [name, ...options] of forms) {
    const file = join(folder, name);
    execFileSync("ssh-keygen", ["-q", "-N", "", "-C", "", ...options, "-f", file]);
    keys[name] = { text: readFileSync(file, "utf8"), publicKey: publicKeyOf(file) };
  }
  execFileSync("ssh-keygen", ["-q", "-N", "secret", "-t", "ed25519", "-f", join(folder, "locked")]);
  execFileSync("ssh-keygen", [
    "-q",
    "-N",
    "secret",
    "-t",
    "rsa",
    "-m",
    "PEM",
    "-f",
    join(folder, "locked-pem"),
  ]);
});
afterAll(() => rmSync(folder, { recursive: true }));

function publicKeyOf(file: string): string {
  return execFileSync("ssh-keygen", ["-y", "-P", "", "-f", file], { encoding: "utf8" }).trim();
}

/** What write_private_key makes of the variable. */
function mend(value: string) {
  const file = join(folder, "mended");
  rmSync(file, { force: true });
  return { file, ...runWithLibrary(["ssh_key"], `write_private_key '${file}'`, { SSH_PRIVATE_KEY: value }) };
}

/** The forms in which keys come out of people's variables, each of which OpenSSH refuses. */
const broken: Record<string, (text: string) => string> = {
  "as it should be": (text) => text,
  "without the final newline": (text) => text.trimEnd(),
  "with carriage returns": (text) => text.replaceAll("\n", "\r\n"),
  "on one line": (text) => text.replaceAll("\n", " "),
  "on one line without spaces": (text) => text.replaceAll("\n", ""),
  "with literal \\n": (text) => text.replaceAll("\n", "\\n"),
  "with literal \\r\\n": (text) => text.replaceAll("\n", "\\r\\n"),
  indented: (text) => text.replaceAll(/^/gm, "    "),
  "with empty lines between": (text) => text.replaceAll("\n", "\n\n"),
  "with a byte order mark": (text) => `\ufeff${text}`,
  "in double quotes": (text) => `"${text}"`,
  "in single quotes": (text) => `'${text.trimEnd()}'\n`,
  "with words before and after": (text) => `my key:\n${text}\nend\n`,
  "in base64": (text) => Buffer.from(text).toString("base64"),
  "in base64 with lines": (text) => Buffer.from(text).toString("base64").replaceAll(/.{76}/g, "$&\r\n"),
  "in base64, with carriage returns inside": (text) =>
    Buffer.from(text.replaceAll("\n", "\r\n")).toString("base64"),
  "in base64, quoted": (text) => `"${Buffer.from(text).toString("base64")}"`,
};

describe.each(["ed25519", "rsa", "ecdsa"])("an %s key", (name) => {
  it.each(Object.entries(broken))("is mended: %s", (_, breaking) => {
    const { code, file, stdout } = mend(breaking(keys[name]!.text));
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(publicKeyOf(file)).toBe(keys[name]!.publicKey);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it("is mended as GitLab's File variable", () => {
    const variable = join(folder, "variable");
    writeFileSync(variable, keys[name]!.text.trimEnd().replaceAll("\n", "\r\n"), { mode: 0o666 });
    const { code, file } = mend(variable);
    expect(code).toBe(0);
    expect(publicKeyOf(file)).toBe(keys[name]!.publicKey);
  });
});

describe("what is no usable key", () => {
  it.each<[string, () => string, RegExp]>([
    ["nothing", () => "", /it is empty/],
    ["the public key", () => keys.ed25519!.publicKey, /the public key: the private one belongs here/],
    ["a PuTTY key", () => "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n", /PuTTY.*OpenSSH/],
    ["some text", () => "hunter2 hunter2", /holds no private key/],
    ["a key with a passphrase", () => readFileSync(join(folder, "locked"), "utf8"), /passphrase/],
    ["an old key with a passphrase", () => readFileSync(join(folder, "locked-pem"), "utf8"), /passphrase/],
    [
      "half a key",
      () => `${keys.ed25519!.text.slice(0, 150)}\n-----END OPENSSH PRIVATE KEY-----`,
      /cannot be read/,
    ],
  ])("is refused in one line that names it: %s", (_, value, reason) => {
    const { code, stdout, stderr } = mend(value());
    expect(code).toBe(1);
    expect(stdout).toMatch(reason);
    expect(stdout.trim().split("\n")).toHaveLength(1);
    expect(stdout + stderr).not.toContain("hunter2");
    expect(stdout + stderr).not.toContain(keys.ed25519!.text.split("\n")[1]);
  });
});
