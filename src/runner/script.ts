import type { JobSettings } from "./settings.ts";
import { colour } from "./trace.ts";
import type { JobVariables } from "./variables.ts";
import { behaves } from "./version.ts";

/** Where a script runs sees the job's folders at these paths. */
export interface ScriptPlace {
  readonly builds: string;
  readonly project: string;
  /** Beside the project: `<project>.tmp`. */
  readonly temporary: string;
}

/** The name of the file behind `GITLAB_ENV`. Source: `shells/abstract.go`, 19.4. */
export const environmentFile = "gitlab_runner_env";

/**
 * One script for a shell, put together as the runner does: variables first, then commands with what is shown of them. Every text goes into
 * it in single quotes, which every shell reads the same way.
 */
export class ShellScript {
  private readonly lines: string[] = [];
  private readonly version: string;
  private readonly settings: JobSettings;

  constructor(version: string, settings: JobSettings) {
    this.version = version;
    this.settings = settings;
  }

  line(text: string): void {
    this.lines.push(text);
  }

  /** A program with its arguments. */
  run(...argv: readonly string[]): void {
    this.line(argv.map(quote).join(" "));
    this.checkForErrors();
  }

  notice(text: string): void {
    this.line(`echo ${quote(`${colour.green}${text}${colour.reset}`)}`);
  }

  warning(text: string): void {
    this.line(`echo ${quote(`\x1b[0;33m${text}${colour.reset}`)}`);
  }

  /** All variables of the job, File variables as files, then what earlier scripts wrote to `GITLAB_ENV`. */
  exports(variables: JobVariables, place: ScriptPlace): void {
    for (const { key, value, file } of variables.all) {
      if (file) {
        this.line(`mkdir -p ${quote(place.temporary)}`);
        this.line(`printf '%s' ${quote(value)} > ${quote(`${place.temporary}/${key}`)}`);
      }
      this.line(
        `export ${/^\w+$/.test(key) ? key : quote(key)}=${quote(file ? variables.fileOf(key) : value)}`,
      );
    }
    this.line(`export GITLAB_ENV=${quote(variables.fileOf(environmentFile))}`);
    const file = quote(`${place.temporary}/${environmentFile}`);
    this.line(`[ -d ${quote(place.temporary)} ] || mkdir -p ${quote(place.temporary)}`);
    this.line(`: >> ${file}`);
    if (behaves(this.version, "plainEnvironmentFile")) {
      this.line(`while read -r line; do export "$line"; done < ${file}`);
    } else {
      this.line(`set -o allexport; . ${file}; set +o allexport`);
    }
  }

  /** Commands of the user, each shown before it runs; of several lines the first is shown. */
  commands(commands: readonly string[], sectionName: string): void {
    for (const [index, given] of commands.entries()) {
      const command = given.trim();
      const [first = "", ...rest] = command.split("\n");
      if (command === "") this.line("echo");
      else if (rest.length === 0) this.notice(`$ ${command}`);
      else if (this.settings.scriptSections) this.collapsed(command, `section_${sectionName}_${index}`);
      else this.notice(`$ ${first} # collapsed multi-line command`);
      this.line(command);
      this.checkForErrors();
    }
  }

  /**
   * The whole text for the shell's standard input. It ends on the first failure; before 19.1 a failing command comes out as 1 (bash's way
   * with `eval` in a pipeline), since then in its own code.
   */
  finish(): string {
    const { subshell, debugTrace } = this.settings;
    const body = quote(`${this.lines.join("\n")}\n`);
    const since = behaves(this.version, "subshell");
    const trap = since ? "trap 'exit 1' TERM" : "trap exit 1 TERM";
    const runs = since
      ? subshell
        ? `(${trap}; eval ${body}) < /dev/null`
        : `: | eval ${body}`
      : subshell
        ? `: | (eval ${body})`
        : `: | eval ${body}`;
    return [
      trap,
      ...(debugTrace ? ["set -o xtrace"] : []),
      'case "$(set -o)" in *pipefail*) set -o pipefail;; esac; set -o errexit',
      "set +o noclobber",
      runs,
      "exit 0",
      "",
    ].join("\n");
  }

  /** `FF_SCRIPT_SECTIONS`: a command of several lines is shown whole, folded. */
  private collapsed(command: string, name: string): void {
    const seconds = "$(awk 'BEGIN{srand(); print srand()}')";
    const shown = quote(`${colour.green}$ ${command}${colour.reset}`);
    const options = "[hide_duration=true,collapsed=true]";
    this.line(`printf '%b\\n' section_start:${seconds}:${name}${options}\r${colour.clear}${shown}`);
    this.line(`printf '%b\\n' section_end:${seconds}:${name}\r${colour.clear}`);
  }

  private checkForErrors(): void {
    if (!this.settings.checkEachCommand) return;
    this.line("_runner_exit_code=$?; if [ $_runner_exit_code -ne 0 ]; then exit $_runner_exit_code; fi");
  }
}

/** A text as one word of a shell. */
export function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
