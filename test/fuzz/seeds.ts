import { fileURLToPath } from "node:url";
import { readCases } from "../conformance/case-file.ts";

/** The texts of the conformance cases, each once: what mutations start from. */
export function readSeedTexts(): string[] {
  const texts = new Set<string>();
  for (const name of ["inputs", "pipeline"]) {
    const file = fileURLToPath(new URL(`../conformance/cases/${name}.jsonl`, import.meta.url));
    for (const { content, ci } of readCases(file)) {
      const text = content ?? ci;
      if (typeof text === "string" && text.length < 4000) texts.add(text);
    }
  }
  return [...texts];
}
