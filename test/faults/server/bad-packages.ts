import { appendFileSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Package, Packages } from "./packages.ts";
import { type DeployOptions, usualEnvironment } from "./transaction.ts";

/** Something that must not go live, and what the message must name. */
export interface BadDeploy {
  readonly name: string;
  readonly cause: RegExp;
  readonly options?: DeployOptions;
  make(packages: Packages, version: string): Package;
}

export const badDeploys: readonly BadDeploy[] = [
  {
    name: "the application crashes when it is imported",
    cause: /ZeroDivisionError/,
    make: (packages, version) => packages.variant(version, (folder) => prepend(folder, "1 / 0")),
  },
  {
    name: "the application ends after three seconds",
    cause: /ended by itself|does not run|not healthy/,
    options: { settings: { BERTH_STABLE_SECONDS: "5" } },
    make: (packages, version) => packages.variant(version, (folder) => prepend(folder, endsItself(3))),
  },
  {
    name: "the application never answers",
    cause: /does not run|not healthy|no answer/,
    options: { settings: { BERTH_HEALTH_TIMEOUT: "6" } },
    make: (packages, version) =>
      packages.variant(version, (folder) => prepend(folder, "import time; time.sleep(600)")),
  },
  {
    name: "the application answers 500",
    cause: /answers 500/,
    options: { settings: { BERTH_HEALTH_TIMEOUT: "6" } },
    make: (packages, version) =>
      packages.variant(version, (folder) => inHealth(folder, "raise RuntimeError")),
  },
  {
    name: "the application shows the wrong version",
    cause: /does not show the version/,
    options: { settings: { BERTH_HEALTH_TIMEOUT: "6" } },
    make: (packages, version) =>
      packages.variant(version, (folder) =>
        inHealth(folder, 'return jsonify(status="ok", version="0", tickets=0)'),
      ),
  },
  {
    name: "a wheel is not the one that was built",
    cause: /\.whl: not the content that was built/,
    make: (packages, version) =>
      packages.damaged(version, (folder) => appendFileSync(firstWheel(folder), "something else")),
  },
  {
    name: "a wheel does not fit its hash in the lock",
    cause: /do not install|DO NOT MATCH THE HASHES/,
    make: (packages, version) =>
      packages.variant(version, (folder) => appendFileSync(firstWheel(folder), "more")),
  },
  {
    name: "a requirement has no wheel",
    cause: /do not install|No matching distribution/,
    make: (packages, version) =>
      packages.variant(version, (folder) => {
        appendFileSync(join(folder, "requirements.lock"), `\nabsent==1.0 --hash=sha256:${"0".repeat(64)}\n`);
      }),
  },
  {
    name: "the wheels are for another Python",
    cause: /Python 3\.9/,
    options: { settings: { BERTH_PYTHON: "3.9" } },
    make: (packages, version) => packages.variant(version),
  },
  {
    name: "a compiled wheel is for another Python",
    cause: /do not install|not a supported wheel|No matching distribution/,
    make: (packages, version) =>
      packages.variant(version, (folder) => {
        const wheel = readdirSync(join(folder, "wheels")).find((file) => file.includes("cp311")) ?? "";
        renameSync(join(folder, "wheels", wheel), join(folder, "wheels", wheel.replaceAll("cp311", "cp39")));
      }),
  },
  {
    name: "a file of the package is missing",
    cause: /wsgi\.py: missing/,
    make: (packages, version) =>
      packages.damaged(version, (folder) =>
        renameSync(join(folder, "app/wsgi.py"), join(folder, "app/other.py")),
      ),
  },
  {
    name: "the unit file is broken",
    cause: /systemd could not start|bad unit|does not run|ExecStart/,
    options: { settings: { BERTH_START_COMMAND: "" } },
    make: (packages, version) =>
      packages.variant(version, (folder) => {
        writeFileSync(join(folder, "app/flask-helpdesk.service"), "[Service]\nExecStart=\nUser=www-data\n");
      }),
  },
  {
    name: "a setting of the application is missing",
    cause: /SECRET_KEY/,
    options: { environment: 'HELPDESK_NAME="no key"\n' },
    make: (packages, version) => packages.variant(version),
  },
  {
    name: "the command before the switch fails",
    cause: /before_switch failed/,
    options: { settings: { BERTH_BEFORE_SWITCH: "echo migrating; exit 3" }, environment: usualEnvironment },
    make: (packages, version) => packages.variant(version),
  },
];

function prepend(folder: string, statement: string): void {
  const file = join(folder, "app/wsgi.py");
  writeFileSync(file, `${statement}\n${readFileSync(file, "utf8")}`);
}

function endsItself(seconds: number): string {
  return `import os, threading; threading.Timer(${seconds}, lambda: os.kill(os.getppid(), 9) or os._exit(1)).start()`;
}

function inHealth(folder: string, statement: string): void {
  const file = join(folder, "app/blog/health.py");
  const text = readFileSync(file, "utf8");
  const head = 'version = current_app.config["VERSION"]\n';
  if (!text.includes(head)) throw new Error("the example's health.py has changed");
  writeFileSync(
    file,
    text.replace(head, () => `${head}    ${statement}\n`),
  );
}

function firstWheel(folder: string): string {
  const [first = ""] = readdirSync(join(folder, "wheels")).filter((file) => /^flask-/i.test(file));
  return join(folder, "wheels", first);
}
