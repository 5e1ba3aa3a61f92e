/** The lines of each section of a trace, without its title and without colours, in the form in which the rows were recorded. */
export function sectionsOf(trace: string): Map<string, string[]> {
  const sections = new Map<string, string[]>();
  const parts = trace.split(/section_(start|end):\d+:([a-z_0-9]+)\r/);
  // A section of the job's own inside of a stage is part of its text.
  let open: string | undefined;
  for (let at = 1; at < parts.length; at += 3) {
    const [kind, name = "", text = ""] = parts.slice(at, at + 3);
    if (open === undefined && kind === "start" && stages.test(name)) {
      open = name;
      const [, ...lines] = text.split("\n");
      sections.set(name, [...(sections.get(name) ?? []), lines.join("\n")]);
    } else if (open !== undefined && kind === "end" && name === open) open = undefined;
    else if (open !== undefined) sections.get(open)?.push(text);
  }
  return new Map([...sections].map(([name, texts]) => [name, linesOf(texts.join(""))]));
}

const stages =
  /^(?:prepare_|get_sources|clear_worktree|restore_cache|download_artifacts|step_|after_script|archive_cache|upload_artifacts|cleanup_)/;

function linesOf(text: string): string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what a trace holds
  const plain = text.replace(/\x1b\[[0-9;]*[A-Za-z]/g, "").replace(/\n+$/, "");
  return plain === "" ? [] : plain.split("\n");
}
