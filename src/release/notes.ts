import type { InterfaceChange } from "./change.ts";

const titles = { major: "Breaking", minor: "New and changed", patch: "Inside" } as const;

/** Release notes in Markdown: the changelog's section, then the changes to the interface by what they ask of consumers. */
export function releaseNotes(
  version: string,
  section: string | undefined,
  changes: readonly InterfaceChange[],
): string {
  const parts = [`## ${version}`];
  if (section) parts.push(section);
  for (const [name, title] of Object.entries(titles)) {
    const lines = changes
      .filter((each) => each.class === name)
      .map((each) => `- \`${each.component}\`: ${each.message}`);
    if (lines.length > 0) parts.push(`### ${title}: interface\n\n${lines.join("\n")}`);
  }
  return `${parts.join("\n\n")}\n`;
}
