/** The text below a version's heading in a changelog of the form of https://keepachangelog.com; undefined where there is none. */
export function changelogSection(changelog: string, version: string): string | undefined {
  const lines = changelog.split("\n");
  const heading = new RegExp(`^##\\s+\\[?${version.replaceAll(".", "\\.")}\\]?(\\s|$)`);
  const start = lines.findIndex((line) => heading.test(line));
  if (start < 0) return undefined;
  const end = lines.findIndex((line, index) => index > start && /^##\s|^\[[^\]]+\]:/.test(line));
  return lines
    .slice(start + 1, end < 0 ? undefined : end)
    .join("\n")
    .trim();
}

/** The version of the first heading that names one, below "Unreleased" if need be; undefined where there is none. */
export function newestVersion(changelog: string): string | undefined {
  return /^##\s+\[?(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)\]?(?:\s|$)/m.exec(changelog)?.[1];
}
