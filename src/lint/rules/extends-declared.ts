import { reportClaimed } from "../claimed.ts";
import { meant } from "../nearest.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "extends-declared",
  group: "pipeline",
  severity: "error",
  confidence: "certain",
  summary: "What a job extends or refers to exists.",
  why: "A template or a reference that leads nowhere, or in a circle, is refused.",
  reference: "https://docs.gitlab.com/ci/yaml/#extends",
  codes: [
    "extends-unknown",
    "extends-not-map",
    "extends-too-deep",
    "extends-circular",
    "reference-invalid",
    "reference-circular",
    "reference-missing",
  ],
  check: (file, context) =>
    reportClaimed(context, ({ problem: { code, facts } }) => {
      const names = file.jobs.map(({ name }) => name);
      if (code === "extends-unknown") return meant(facts.bases[0] ?? "", names);
      if (code !== "reference-missing") return undefined;
      const [job = "", key = ""] = [...facts.shown.matchAll(/"([^"]*)"/g)].map((match) => match[1]);
      const found = file.jobs.find(({ name }) => name === job);
      return found === undefined
        ? meant(job, names)
        : meant(
            key,
            [...found.map.entries()].map((entry) => String(entry.key)),
          );
    }),
};
