import { type Form, forms, listOf, part, variableName } from "./forms.ts";
import type { Setting } from "./settings.ts";

/**
 * The table of settings as bash: `SETTINGS`, one line a variable, and `form_of`, which knows the form of each kind. What a job or the
 * server does with them is in scripts/lib/settings.sh. Kept short: the job's travels in every job, and the server's with the host program.
 *
 * A line of the job's is `VARIABLE KIND [+]`: the plus marks what is sent to the server. A line of the server's is
 * `VARIABLE KIND [DEFAULT]`, for these alone; the default is for what was not sent. A kind is a number's bounds (`1-1000`), the
 * values of a choice (`auto|none`), or a name that `form_of` knows.
 *
 * @returns the whole text of the file, ShellCheck clean.
 */
export function settingsTable(side: "job" | "server", settings: readonly Setting[]): string {
  const own = settings.filter(({ variable, server }) => variable !== undefined && (side === "job" || server));
  const lines = own.map(side === "job" ? jobLine : serverLine);
  const used = new Set(own.map(({ value }) => (value.type === "text" ? value.form : "")));
  const kinds = Object.entries<Form>(forms).filter(([name]) => used.has(name as keyof typeof forms));
  const constants = { p: part, v: variableName, s: switchWord(settings) };
  const branches = [...kinds, ["switches", switchesForm(settings)] as const].map((kind) =>
    branch(kind, constants),
  );
  const locals = Object.entries(constants).filter(([name]) =>
    branches.some((text) => text.includes(`$${name}`)),
  );
  return `#!/usr/bin/env bash
# shellcheck disable=SC2034 # settings.sh reads these
# Made by \`npm run generate\` from src/settings/settings.ts: change that.

# ${side === "job" ? "VARIABLE KIND, and a plus where the server gets it" : "VARIABLE KIND, and what is taken where none is sent"}
SETTINGS='${lines.join("\n")}'

# usage: form_of KIND    sets PATTERN, and FORM, the same for people
form_of() {
  local ${locals.map(([name, text]) => `${name}='${text}'`).join(" ")}
  case $1 in
    [0-9]*) PATTERN='^(0|[1-9][0-9]{0,8})$' FORM="a whole number from \${1%-*} to \${1#*-}" ;;
    *'|'*) PATTERN="^($1)$" FORM="one of \${1//|/, }" ;;
${branches.join("\n")}
  esac
}
`;
}

function jobLine({ variable, value, server }: Setting): string {
  return [variable, kindOf(value), ...(server ? ["+"] : [])].join(" ");
}

function serverLine({ variable, value, required, ...rest }: Setting): string {
  return [variable, kindOf(value), ...(required ? [] : [String(rest.default ?? "")])].join(" ").trimEnd();
}

function kindOf(value: Setting["value"]): string {
  if (value.type === "text") return value.form;
  if (value.type === "number") return `${value.least}-${value.most}`;
  if (value.type === "choice") return value.options.join("|");
  return value.type;
}

/** Every boolean input that bash reads, as a word of BERTH_SWITCHES. */
function switchWord(settings: readonly Setting[]): string {
  const names = settings.filter(({ value }) => value.type === "switch").map(({ input = "" }) => input);
  return `(${names.join("|")})=(true|false)`;
}

function switchesForm(settings: readonly Setting[]): Form {
  return { pattern: listOf(switchWord(settings)), words: "words like rolling=true, with spaces between" };
}

/** One kind; what its pattern repeats stands there by the name of a constant. No pattern holds a quote, nor a dollar but at its end. */
function branch(
  [name, { pattern, words }]: readonly [string, Form],
  constants: Readonly<Record<string, string>>,
): string {
  let short = pattern;
  for (const [constant, text] of Object.entries(constants)) short = short.replaceAll(text, `$${constant}`);
  return `    ${name}) PATTERN="${short}" FORM="${words}" ;;`;
}
