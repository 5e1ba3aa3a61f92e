import { createRequire } from "node:module";
import * as berth from "berth";

const required = createRequire(import.meta.url)("berth");
const { valid, problems } = berth.expandPipeline("build: {script: make, needs: [gone]}\n");
let refused = "";
try {
  berth.lint([], { configuration: "lint: 5\n" });
} catch (error) {
  if (error instanceof berth.ConfigurationError) refused = String(error.message.includes("lint"));
}
console.log(
  JSON.stringify({
    valid,
    code: problems[0].code,
    facts: problems[0].facts,
    refused,
    required: required.evaluateCondition("$A", { A: "b" }).value,
    names: Object.keys(berth).sort(),
  }),
);
