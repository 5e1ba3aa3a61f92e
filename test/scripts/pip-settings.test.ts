import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";

const program = fileURLToPath(new URL("../../scripts/lib/pip_settings.py", import.meta.url));
const home = mkdtempSync(join(tmpdir(), "berth-pip-"));
afterAll(() => rmSync(home, { recursive: true }));

/** What uv is told, without the system's certificates, and what is refused. */
function translate(variables: Record<string, string>, files: Record<string, string> = {}) {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(home, name)), { recursive: true });
    writeFileSync(join(home, name), text);
  }
  const output = join(home, "output");
  const { status, stderr } = spawnSync("python3", ["-B", program, output], {
    env: {
      PATH: process.env.PATH,
      HOME: home,
      XDG_CONFIG_DIRS: join(home, "none"),
      PIP_CONFIG_FILE: "/dev/null",
      ...variables,
    },
    encoding: "utf8",
  });
  const records = readFileSync(output, "utf8").split("\0").slice(0, -1);
  return {
    code: status,
    stderr,
    records: records.filter((each) => !/^UV_(SYSTEM_CERTS|NATIVE_TLS)=/.test(each)),
  };
}

describe("pip's settings, for uv", () => {
  it.each<[Record<string, string>, string[]]>([
    [{}, []],
    [
      { PIP_INDEX_URL: "https://a:b@example.com/simple" },
      ["UV_DEFAULT_INDEX=https://a:b@example.com/simple"],
    ],
    [{ PIP_EXTRA_INDEX_URL: "https://a\n https://b" }, ["UV_INDEX=https://a https://b"]],
    [{ PIP_FIND_LINKS: "/wheels ./more" }, ["UV_FIND_LINKS=/wheels,./more"]],
    [{ PIP_TRUSTED_HOST: "example.com" }, ["UV_INSECURE_HOST=example.com"]],
    [{ PIP_CERT: "/etc/own.pem" }, ["SSL_CERT_FILE=/etc/own.pem"]],
    [{ PIP_CERT: "/etc" }, ["SSL_CERT_DIR=/etc"]],
    [{ REQUESTS_CA_BUNDLE: "/etc/own.pem" }, ["SSL_CERT_FILE=/etc/own.pem"]],
    [{ PIP_CERT: "/etc/one.pem", REQUESTS_CA_BUNDLE: "/etc/two.pem" }, ["SSL_CERT_FILE=/etc/one.pem"]],
    [{ PIP_CLIENT_CERT: "/etc/me.pem" }, ["SSL_CLIENT_CERT=/etc/me.pem"]],
    [{ PIP_NO_INDEX: "1" }, ["--no-index"]],
    [{ PIP_NO_INDEX: "off" }, []],
    [{ PIP_NO_INDEX: "" }, []],
    [
      { PIP_PROXY: "http://proxy:1" },
      ["HTTP_PROXY=http://proxy:1", "HTTPS_PROXY=http://proxy:1", "ALL_PROXY=http://proxy:1"],
    ],
    [{ PIP_DEFAULT_TIMEOUT: "60", PIP_RETRIES: "1" }, ["UV_HTTP_RETRIES=1", "UV_HTTP_TIMEOUT=60"]],
    [
      { PIP_ONLY_BINARY: ":all:", PIP_NO_BINARY: "a,b" },
      ["--no-binary=a", "--no-binary=b", "--only-binary=:all:"],
    ],
    [{ PIP_CONSTRAINT: "c.txt", PIP_PRE: "yes" }, ["UV_CONSTRAINT=c.txt", "UV_PRERELEASE=allow"]],
    [{ PIP_DISABLE_PIP_VERSION_CHECK: "1", PIP_CACHE_DIR: "/c", PIP_NO_DEPS: "0" }, []],
    [
      { UV_DEFAULT_INDEX: "https://a", UV_INDEX: "own=https://b" },
      ["PIP_INDEX_URL=https://a", "PIP_EXTRA_INDEX_URL=https://b"],
    ],
  ])("%j", (variables, records) => {
    expect(translate(variables)).toMatchObject({ code: 0, stderr: "", records });
  });

  it("reads pip.conf as pip does: a variable before it, a command's section before [global]", () => {
    const files = {
      ".config/pip/pip.conf":
        "[global]\nindex-url = https://global\ntimeout = 7\n[install]\nindex-url = https://install\n[list]\nformat = json\n",
    };
    const own = { PIP_CONFIG_FILE: "" }; // this machine's /etc/pip.conf counts too
    const index = (variables: Record<string, string>) =>
      translate(variables, files).records.filter((each) => /^UV_(DEFAULT_INDEX|HTTP)/.test(each));
    expect(index(own)).toEqual(["UV_DEFAULT_INDEX=https://install", "UV_HTTP_TIMEOUT=7"]);
    expect(index({ ...own, PIP_INDEX_URL: "https://variable" })).toContain(
      "UV_DEFAULT_INDEX=https://variable",
    );
    writeFileSync(join(home, "other.conf"), "[global]\nindex-url = https://other\n");
    expect(index({ PIP_CONFIG_FILE: join(home, "other.conf") })).toEqual(["UV_DEFAULT_INDEX=https://other"]);
    expect(index({})).toEqual([]);
  });

  it("refuses what has no counterpart, by its name", () => {
    const { code, stderr } = translate({
      PIP_TARGET: "/x",
      PIP_PREFER_BINARY: "1",
      PIP_INDEX_URL: "https://a:secret@b",
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^error: pip's setting prefer-binary \(PIP_PREFER_BINARY, or pip\.conf\) .*\nerror: pip's setting target .*\n$/,
    );
    expect(stderr).not.toContain("secret");
  });
});
