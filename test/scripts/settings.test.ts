import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { expandComponent } from "../../src/index.ts";
import { type Setting, settings } from "../../src/settings/index.ts";
import { runWithLibrary } from "./library.ts";

const folder = mkdtempSync(join(tmpdir(), "berth-settings-"));
const canary = join(folder, "canary");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const carried = settings.filter((setting): setting is Setting & { variable: string } => !!setting.variable);
const sent = carried.filter(({ server }) => server);

/** What ends a word, begins a command, is counted with, or is anything else to some shell, sed, printf, systemd or ssh. */
const dear = [
  `$(touch ${canary})`,
  `\`touch ${canary}\``,
  `; touch ${canary} ;`,
  `' ; touch ${canary} #`,
  `" ; touch ${canary} #`,
  `\n touch ${canary} \n`,
  `a[$(touch ${canary})]`,
  `PATH[$(touch ${canary})]`,
  `&& touch ${canary} ||`,
  `python wsgi.py\nExecStartPre=+/bin/sh -c "touch ${canary}"`,
  ...["$'\\x41'", "${HOME}", "%s%n%h", "\\", "*", "~", "!!", "-n", "--help", "-oProxyCommand=id"],
  ...["../..", "/etc/passwd", "/srv/app", "/srv/../etc", "blog/db", "blog/", " ", ",", ".", "/"],
  ...[
    "\u0001",
    "\u0000",
    "\u007f",
    "\u0085",
    "\u2028",
    "ü€😀",
    "=",
    "#",
    "\t",
    "\r",
    "\n",
    "\v",
    "\f",
    "\u001b[2J",
  ],
  ...[
    "0",
    "1",
    "08",
    "010",
    "0x10",
    "1.5",
    "1e3",
    "-1",
    "+1",
    "60",
    "65536",
    "100000000000",
    "99999999999999999999",
  ],
  ...[
    "auto",
    "none",
    "SIGTERM",
    "rolling=true",
    "rolling=true harden_unit=false",
    "=true",
    "NAME",
    "PREFIX_*",
    "A=B",
  ],
  ...[
    "http://",
    "http://127.0.0.1:8000/healthz",
    "unix:/run/a.sock:/x",
    "[::1]:80",
    "127.0.0.1:8000",
    "3.11",
    "v1.0+x",
  ],
];
/** Environment variables hold no NUL. */
const value = fc
  .oneof(
    fc.constantFrom(...dear),
    fc
      .array(fc.oneof(fc.constantFrom(...dear), fc.string({ unit: "grapheme", maxLength: 8 })), {
        maxLength: 4,
      })
      .map((parts) => parts.join("")),
  )
  .map((text) => text.replaceAll("\0", ""));

const library = fileURLToPath(new URL("../../scripts/lib/", import.meta.url));

/** A value on its way to the server. */
const encoded = (text: string) => Buffer.from(text).toString("base64");

/** For each [variable, value]: whether this side takes the value. One bash for all of them: their number is what finds something. */
function verdicts(side: "job" | "server", cases: readonly (readonly [string, string])[]): boolean[] {
  const files =
    side === "job" ? ["messages", "settings_table", "settings"] : ["../host/messages", "../host/settings"];
  const judge =
    side === "job"
      ? "check_settings"
      : // Only the one line; the paths are what read_settings cannot do without.
        `read_settings /dev/stdin <<END_OF_SETTINGS
BERTH_SERVICE_NAME=${encoded("helpdesk")}
BERTH_DEPLOY_PATH=${encoded("/srv/app")}
BERTH_BACKUP_PATH=${encoded("/srv/backups")}
$name=$encoded
END_OF_SETTINGS`;
  const program = `set -Eeuo pipefail
${files.map((file) => `source '${library}${file}.sh'`).join("\n")}
while IFS= read -r -d '' name && IFS= read -r -d '' value && IFS= read -r -d '' encoded; do
  set +e
  (set -e; ${side === "job" ? 'export "$name=$value"; ' : ""}${judge}
  ) 2>/dev/null; status=$?
  set -e
  echo "$status"
done`;
  const { stdout, stderr, status } = spawnSync("bash", ["--norc", "-c", program], {
    env: { PATH: process.env.PATH ?? "" },
    input: cases.map(([name, text]) => `${name}\0${text}\0${encoded(text)}\0`).join(""),
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  if (status !== 0) throw new Error(`the ${side}'s check ended with ${status}: ${stderr}`);
  const codes = stdout.split("\n").slice(0, -1);
  expect(codes.filter((code) => code !== "0" && code !== "1")).toEqual([]);
  return codes.map((code) => code === "0");
}

/** The header of the template that has the input, as a component without jobs, so that GitLab's verdict takes no time. */
const headers = ["validate", "test", "build", "deploy", "rollback"].map((name) => {
  const path = new URL(`../../templates/${name}.yml`, import.meta.url);
  return `${readFileSync(path, "utf8").split("\n---\n")[0]}\n---\njob: { script: [x] }\n`;
});

/** Whether GitLab takes the value for the input, as the engine of this project judges it. */
function gitlabTakes(input: string, given: unknown): boolean {
  const header = headers.find((text) => text.includes(`\n    ${input}:\n`));
  const { errors } = expandComponent(header!, { inputs: { [input]: given } });
  return errors.length === 0;
}

describe("one check of every setting", () => {
  const texts = carried.filter(
    ({ input, value: { type } }) => input && (type === "text" || type === "choice"),
  );
  const cases = fc.array(fc.tuple(fc.constantFrom(...texts), value), { minLength: 40, maxLength: 40 });

  it("takes and refuses what GitLab does with the input, in the job and on the server", () => {
    let taken = 0;
    fc.assert(
      fc.property(cases, (drawn) => {
        const expected = drawn.map(([{ input = "" }, text]) => gitlabTakes(input, text));
        const pairs = drawn.map(([{ variable }, text]) => [variable, text] as const);
        expect(showing(pairs, verdicts("job", pairs))).toEqual(showing(pairs, expected));
        // The two paths may be empty in an input: the job fills the default in before it sends them.
        const known = drawn
          .map(([setting, text], index) => ({ setting, text, expected: expected[index] as boolean }))
          .filter(({ setting, text }) => setting.server && !(/_path$/.test(setting.input!) && text === ""));
        const there = known.map(({ setting, text }) => [setting.variable, text] as const);
        expect(showing(there, verdicts("server", there))).toEqual(
          showing(
            there,
            known.map((each) => each.expected),
          ),
        );
        taken += expected.filter(Boolean).length;
      }),
      { seed: 13, numRuns: 6 },
    );
    expect(taken).toBeGreaterThan(25);
    expect(existsSync(canary)).toBe(false);
  }, 300_000);

  it("takes whole numbers between their bounds, and counts with nothing else", () => {
    const numbers = carried.filter(({ value: { type } }) => type === "number");
    const given = fc.oneof(value, fc.integer({ min: -2, max: 100_001 }).map(String));
    const drawn = fc.array(fc.tuple(fc.constantFrom(...numbers), given), { minLength: 40, maxLength: 40 });
    fc.assert(
      fc.property(drawn, (cases) => {
        const pairs = cases.map(([{ variable }, text]) => [variable, text] as const);
        const expected = cases.map(([{ value: bounds }, text]) => {
          if (bounds.type !== "number") throw new TypeError("not a number's setting");
          return (
            /^(0|[1-9]\d{0,8})$/.test(text) && Number(text) >= bounds.least && Number(text) <= bounds.most
          );
        });
        expect(showing(pairs, verdicts("job", pairs))).toEqual(showing(pairs, expected));
        const there = cases.flatMap(([{ server }], index) => (server ? [index] : []));
        expect(
          verdicts(
            "server",
            there.map((index) => pairs[index]!),
          ),
        ).toEqual(there.map((index) => expected[index]));
      }),
      { seed: 13, numRuns: 4 },
    );
    expect(existsSync(canary)).toBe(false);
  }, 300_000);

  it("bounds each number at both ends", () => {
    const edges = numberEdges();
    const pairs = edges.map(([name, text]) => [name, text] as const);
    const expected = edges.map(([, , taken]) => taken);
    expect(showing(pairs, verdicts("job", pairs))).toEqual(showing(pairs, expected));
  });

  it("takes the words of boolean inputs in BERTH_SWITCHES, and no other", () => {
    const words = [
      ["", true],
      ["rolling=true", true],
      ["rolling=true  harden_unit=false ", true],
      [" ", false],
      ["rolling=1", false],
      ["unknown=true", false],
      ["rolling=true\nharden_unit=false", false],
      ["rolling=true;id", false],
    ] as const;
    const pairs = words.map(([text]) => ["BERTH_SWITCHES", text] as const);
    for (const side of ["job", "server"] as const)
      expect(showing(pairs, verdicts(side, pairs))).toEqual(
        showing(
          pairs,
          words.map(([, taken]) => taken),
        ),
      );
  });

  it.each([
    [
      "BERTH_KEEP_BACKUPS",
      "1.5",
      "the setting keep_backups (BERTH_KEEP_BACKUPS) must be a whole number from 1 to 1000, not 1.5",
    ],
    [
      "BERTH_KEEP_BACKUPS",
      "0",
      "the setting keep_backups (BERTH_KEEP_BACKUPS) must be a whole number from 1 to 1000, not 0",
    ],
    [
      "BERTH_PREFLIGHT",
      "maybe",
      "the setting preflight (BERTH_PREFLIGHT) must be one of auto, import, none, not maybe",
    ],
    [
      "BERTH_START_COMMAND",
      "a\nb",
      "the setting start_command (BERTH_START_COMMAND) must be one line without control characters, not $'a\\nb'",
    ],
  ])("says in one line what would be right: %s=%s", (name, text, expected) => {
    const { code, stderr } = runWithLibrary(["messages", "settings_table", "settings"], "check_settings", {
      [name]: text,
    });
    expect({ code, stderr }).toEqual({ code: 1, stderr: `error: ${expected}\n` });
  });

  it("leaves the locale as it was", () => {
    const program = "text=ü; check_settings; printf '%s' \"${#text}\"";
    const variables = { LC_ALL: "C.UTF-8", BERTH_START_COMMAND: "ü" };
    expect(runWithLibrary(["messages", "settings_table", "settings"], program, variables).stdout).toBe("1");
  });
});

describe("the settings that a job sends to a server", () => {
  const fitting = fc.record(
    Object.fromEntries(
      sent
        .filter(({ value: { type } }) => type === "text")
        .map((setting) => [setting.variable, fittingText(setting)]),
    ),
  );

  it("arrive exactly as they were, whatever is in them, and nothing in them is run", () => {
    fc.assert(
      fc.property(fitting, (values) => {
        const names = Object.keys(values);
        const printing = names.map((name) => `printf '%s\\0' "$${name}"`).join("; ");
        const { stdout: SENT } = runWithLibrary(["messages", "server"], "print_settings", values);
        const { stdout } = runWithLibrary(
          ["../host/messages", "../host/settings"],
          `persistent_paths() { :; }; read_settings /dev/stdin <<<"$SENT"; ${printing}`,
          { SENT },
        );
        expect(stdout.split("\0").slice(0, -1)).toEqual(names.map((name) => values[name]));
        expect(existsSync(canary)).toBe(false);
      }),
      { seed: 5, numRuns: 8 },
    );
  });

  it("are those of the definition alone: no other variable leaves the job", () => {
    const values = { BERTH_SERVICE_NAME: "helpdesk", BERTH_API_TOKEN: "hunter2", BERTH_ENV_VARIABLES: "A" };
    const { stdout } = runWithLibrary(["messages", "server"], "print_settings", values);
    expect(stdout).toBe(`BERTH_SERVICE_NAME=${Buffer.from("helpdesk").toString("base64")}\n`);
  });

  it("keep a default of an earlier version's value that would be refused today", () => {
    const stored = Object.entries({
      SERVICE_NAME: "helpdesk",
      DEPLOY_PATH: "/srv/app",
      BACKUP_PATH: "/srv/b",
      KEEP_BACKUPS: "0",
    })
      .map(([name, text]) => `BERTH_${name}=${Buffer.from(text).toString("base64")}`)
      .join("\n");
    const read = (how: string) =>
      runWithLibrary(
        ["../host/messages", "../host/settings"],
        `read_settings /dev/stdin ${how} <<<"$STORED"; printf %s "$BERTH_KEEP_BACKUPS"`,
        { STORED: stored },
      );
    expect(read("lenient").stdout).toBe("10");
    expect(read("").code).toBe(1);
  });
});

describe("the servers of DEPLOY_SERVER", () => {
  it("are names and addresses, or are refused; what ssh reads of them is one word a line", () => {
    fc.assert(
      fc.property(value, value, value, (server, user, port) => {
        const { code, stdout } = runWithLibrary(
          ["messages", "connection"],
          `read_targets
           for target in "\${TARGETS[@]}"; do
             target_parts "$target" && is_user_name "$TARGET_USER" || exit 3
             printf '%s\\0' "$TARGET_HOST" "$TARGET_USER" "$TARGET_PORT"
           done`,
          { DEPLOY_SERVER: server, DEPLOY_USER: user, BERTH_SSH_PORT: port },
        );
        expect(existsSync(canary)).toBe(false);
        if (code !== 3) expect(stdout.replaceAll("\0", "")).toMatch(/^[A-Za-z0-9_.:@-]*$/);
      }),
      { seed: 5, numRuns: 40 },
    );
  });
});

/** The values by their names, so that a difference shows what it is about. */
function showing(pairs: readonly (readonly [string, string])[], taken: readonly boolean[]): string[] {
  return pairs.map(
    ([name, text], index) => `${name}=${JSON.stringify(text)} ${taken[index] ? "taken" : "refused"}`,
  );
}

function numberEdges(): [string, string, boolean][] {
  return carried.flatMap(({ variable, value: bounds }) => {
    if (bounds.type !== "number") return [];
    const { least, most } = bounds;
    return [
      [variable, String(least), true],
      [variable, String(most), true],
      [variable, String(least - 1), false],
      [variable, String(most + 1), false],
    ];
  });
}

/** A text that the setting takes: of one line where it may be any, else plain. */
function fittingText({ value: { type }, variable }: Setting): fc.Arbitrary<string> {
  const line = value.map((text) => text.replaceAll(/\p{Cc}/gu, ""));
  if (type === "text" && /COMMAND|BEFORE_SWITCH|LABEL/.test(variable!)) return line;
  const plain: Readonly<Record<string, string>> = {
    BERTH_DEPLOY_PATH: "/srv/app",
    BERTH_BACKUP_PATH: "/srv/backups",
    BERTH_HEALTH_URL: "http://127.0.0.1:1/$(id)?a=`b`",
    BERTH_LISTEN: "[::1]:8000",
    BERTH_MANIFEST_SHA256: "0f".repeat(32),
    BERTH_PERSISTENT_PATHS: "blog/db  media/",
  };
  return fc.constant(plain[variable!] ?? "helpdesk");
}
