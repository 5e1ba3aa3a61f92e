import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { runWithLibrary } from "./library.ts";

const folder = mkdtempSync(join(tmpdir(), "berth-settings-"));
const canary = join(folder, "canary");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const names = readFileSync(new URL("../../scripts/host/settings.sh", import.meta.url), "utf8")
  .match(/^setting_names=\(([\s\S]*?)^\)/m)?.[1]
  ?.match(/BERTH_\w+/g) as string[];

/** What ends a word, begins a command, or is anything else to some shell, sed, printf, systemd or ssh. */
const dear = [
  `$(touch ${canary})`,
  `\`touch ${canary}\``,
  `; touch ${canary} ;`,
  `' ; touch ${canary} #`,
  `" ; touch ${canary} #`,
  `\n touch ${canary} \n`,
  `a[$(touch ${canary})]`,
  `&& touch ${canary} ||`,
  "$'\\x41'",
  "${HOME}",
  "%s%n%h",
  "\\",
  "*",
  "~",
  "!!",
  "-n",
  "--help",
  "../..",
  "/etc/passwd",
  "\u0001",
  "ü€😀",
  "=",
  "#",
  "\t",
  "\r",
];
const nasty = fc
  .array(fc.oneof(fc.constantFrom(...dear), fc.string({ unit: "grapheme-ascii", maxLength: 8 })), {
    maxLength: 4,
  })
  .map((parts) => parts.join(""));
const settings = fc.record(Object.fromEntries(names.map((name) => [name, nasty])));
const plain: Readonly<Record<string, string>> = {
  BERTH_SERVICE_NAME: "helpdesk",
  BERTH_DEPLOY_PATH: "/srv/helpdesk",
  BERTH_BACKUP_PATH: "/srv/backups",
};
const job = ["messages", "server"];
const host = ["../host/messages", "../host/settings"];

describe("the settings that a job sends to a server", () => {
  it("are all known to the test", () => {
    expect(names.length).toBeGreaterThan(25);
  });

  it("arrive exactly as they were, whatever is in them, and nothing in them is run", () => {
    fc.assert(
      fc.property(settings, (values) => {
        const printing = names.map((name) => `printf '%s\\0' "$${name}"`).join("; ");
        const sent = runWithLibrary(job, "print_settings", values);
        const { stdout } = runWithLibrary(
          host,
          `check_settings() { :; }; read_settings /dev/stdin <<<"$SENT"; ${printing}`,
          { SENT: sent.stdout },
        );
        // A command substitution drops what ends a value in line feeds.
        const expected = names.map((name) => values[name]?.replace(/\n+$/, ""));
        expect(stdout.split("\0").slice(0, -1)).toEqual(expected);
        expect(existsSync(canary)).toBe(false);
      }),
      { seed: 5, numRuns: 8 },
    );
  });

  it("are refused in one line, or are plain names and paths, wherever they become a path, a unit or a user", () => {
    const checked = [
      "SERVICE_NAME",
      "SERVICE_USER",
      "DEPLOY_PATH",
      "BACKUP_PATH",
      "RELEASE",
      "RESTORE_DATA",
      "PERSISTENT_PATHS",
    ].map((name) => `BERTH_${name}`);
    fc.assert(
      fc.property(fc.constantFrom(...checked), nasty, (name, value) => {
        const sent = runWithLibrary(job, "print_settings", { ...plain, [name]: value });
        const { code, stdout, stderr } = runWithLibrary(
          host,
          `read_settings /dev/stdin <<<"$SENT"; printf %s "$${name}"`,
          {
            SENT: sent.stdout,
          },
        );
        expect(existsSync(canary)).toBe(false);
        if (code === 0) expect(stdout).toMatch(/^[A-Za-z0-9_./ -]*$/);
        else expect(stderr).toMatch(/^ {4}error: (the |")/);
      }),
      { seed: 5, numRuns: 40 },
    );
  });
});

describe("the servers of DEPLOY_SERVER", () => {
  it("are names and addresses, or are refused; what ssh reads of them is one word a line", () => {
    fc.assert(
      fc.property(nasty, nasty, nasty, (server, user, port) => {
        const { code, stdout } = runWithLibrary(
          ["messages", "connection"],
          `while IFS= read -r target; do
             target_parts "$target" && is_user_name "$TARGET_USER" || exit 3
             printf '%s\\0' "$TARGET_HOST" "$TARGET_USER" "$TARGET_PORT"
           done < <(deploy_targets)`,
          { DEPLOY_SERVER: server, DEPLOY_USER: user, BERTH_SSH_PORT: port },
        );
        expect(existsSync(canary)).toBe(false);
        if (code !== 3) expect(stdout.replaceAll("\0", "")).toMatch(/^[A-Za-z0-9_.:-]*$/);
      }),
      { seed: 5, numRuns: 40 },
    );
  });
});
