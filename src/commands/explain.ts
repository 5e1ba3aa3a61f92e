import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { UsageError } from "../base/usage-error.ts";
import { rules } from "../lint/index.ts";
import { nearest } from "../lint/nearest.ts";
import type { CommandModule, Surroundings } from "./command.ts";

/** `berth explain`: what a rule wants and why; without a name, all rules. */
export const command: CommandModule["command"] = (program, surroundings, finish) => {
  program
    .description("Explains a rule of berth lint; without a name, lists all of them.")
    .argument("[rule]", "the name that stands in brackets behind a finding")
    .option("--json", "as JSON")
    .addHelpText("after", "\nExamples:\n  berth explain\n  berth explain input-not-in-shell")
    .action((id: string | undefined, { json }: { json?: boolean }) => {
      surroundings.stdout.write(json ? asJson(id) : id === undefined ? list(surroundings) : explain(id));
      finish(0);
    });
};

function explain(id: string): string {
  const rule = find(id);
  return `${rule.id} (${rule.severity}, ${rule.group})

${rule.summary}

${rule.why}

confidence  ${rule.confidence}${rule.since ? `\nsince       GitLab ${rule.since}` : ""}
mended      ${rule.fixable ? "by --fix, where it is safe" : "by hand"}
reference   ${rule.reference}
suppress    # berth-ignore ${rule.id}: why it is right here
${exampleOf(rule.id)}`;
}

/** What the rule reports and what it wants, from the rule's page, which is made by running the tool. Empty where no page is installed. */
function exampleOf(id: string): string {
  const page = ["../docs/rules", "../../docs/rules"]
    .map((folder) => fileURLToPath(new URL(`${folder}/${id}.md`, import.meta.url)))
    .find(existsSync);
  if (page === undefined) return "";
  const text = readFileSync(page, "utf8");
  const example = text.slice(text.indexOf("\n## Not so"), text.indexOf("\n## To leave it"));
  return example
    .replace(/^## (.+)$/gm, (_, title: string) => title.toUpperCase())
    .replace(/^```(?:\w+)?\n([\s\S]*?)^```$/gm, (_, code: string) => code.replace(/^(?=.)/gm, "  ").trimEnd())
    .replaceAll("`", "")
    .concat("\n");
}

function list({ stdout }: Surroundings): string {
  const width = Math.max(...rules.map(({ id }) => id.length));
  const room = Math.max(40, (stdout.isTTY ? (stdout.columns ?? 120) : 200) - width - 11);
  return rules
    .map(
      ({ id, severity, summary }) =>
        `${id.padEnd(width)}  ${severity.padEnd(7)}  ${summary.slice(0, room)}\n`,
    )
    .join("");
}

function asJson(id: string | undefined): string {
  const described = (id === undefined ? rules : [find(id)]).map(
    ({ id: name, group, severity, confidence, summary, why, since, reference, fixable }) => ({
      id: name,
      group,
      severity,
      confidence,
      summary,
      why,
      since,
      reference,
      fixable: fixable ?? false,
    }),
  );
  return `${JSON.stringify(id === undefined ? described : described[0], null, 2)}\n`;
}

function find(id: string) {
  const rule = rules.find((each) => each.id === id);
  if (rule) return rule;
  const near = nearest(
    id,
    rules.map((each) => each.id),
  );
  throw new UsageError(
    `there is no rule "${id}"${near ? `; did you mean "${near}"?` : "; berth explain lists them"}`,
  );
}
