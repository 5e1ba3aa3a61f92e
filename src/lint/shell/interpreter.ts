import { type Entry, YamlMap, type YamlValue } from "../../engine/yaml/values.ts";
import { itemsOf, type Job } from "../jobs.ts";

/** Runners, images and templates of Windows: their scripts are PowerShell. */
const windows = /windows|\bwin(?:32|64|\d*)\b|powershell|pwsh|nanoserver|servercore/i;

/** What only PowerShell would understand. */
const powershell =
  /\$env:|\$LASTEXITCODE\b|\$ErrorActionPreference\b|(?:^|[\s;|(])(?:Write|Get|Set|New|Remove|Invoke|Import|Install|Start|Test|Copy|Move|Expand|Compress|Select|Where|ForEach|Out|Add|Join|Split)-[A-Z]\w+|^\s*(?:else)?if\s*\([^()]*(?:\([^()]*\)[^()]*)*\)\s*\{/m;

/** Programs that take a job's script as an argument and are no shell. */
const interpreters = /(?:^|\/)(?:python|ruby|node|perl|php|pwsh|powershell)[\d.]*(?:\.exe)?$/i;

/** What decides who reads a script: the entries of a job, or of `default`. */
export interface ScriptOwner {
  readonly name: string;
  readonly entry: (key: string) => Entry | undefined;
}

/** Whether a shell reads a job's scripts; false for PowerShell, and for an image whose entrypoint is another interpreter. */
export function isReadByShell(
  owner: ScriptOwner,
  others: readonly Job[],
  defaults: YamlMap | undefined,
): boolean {
  const owners = [owner, ...basesOf(owner, others, new Set())];
  const of = (key: string) => owners.flatMap(({ entry }) => entry(key) ?? []).at(0) ?? defaults?.entry(key);
  const image = of("image")?.value;
  const entrypoint = image instanceof YamlMap ? textsOf(image.entry("entrypoint"))[0] : undefined;
  const marks = [...textsOf(of("tags")), ...owners.map(({ name }) => name), imageName(image)];
  if (marks.some((mark) => windows.test(mark)) || interpreters.test(entrypoint ?? "")) return false;
  const script = ["before_script", "script", "after_script"].flatMap((key) => textsOf(owner.entry(key)));
  return !script.some((text) => powershell.test(text));
}

function imageName(image: YamlValue | undefined): string {
  const name = image instanceof YamlMap ? image.get("name") : image;
  return typeof name === "string" ? name : "";
}

function textsOf(entry: Entry | undefined): string[] {
  return itemsOf(entry).flatMap(({ value }) => (typeof value === "string" ? [value] : []));
}

/** The jobs of the file that one extends, the nearest first. */
function basesOf(owner: ScriptOwner, jobs: readonly Job[], seen: Set<string>): Job[] {
  return textsOf(owner.entry("extends"))
    .reverse()
    .flatMap((name) => {
      const base = jobs.find((each) => each.name === name);
      if (base === undefined || seen.has(name)) return [];
      seen.add(name);
      return [base, ...basesOf(base, jobs, seen)];
    });
}
