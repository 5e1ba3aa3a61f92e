import { toJson, YamlMap, type YamlValue } from "../../yaml/index.ts";
import { check, isText, present, verify } from "./checks.ts";
import type { Definition, Entry } from "./entry.ts";
import {
  allowedKeys,
  arrayOfHashes,
  arrayOfStringsOrString,
  isArray,
  isHash,
  isString,
  notBlank,
} from "./rules.ts";

/* `release` (https://docs.gitlab.com/ci/yaml/#release). GitLab looks at no link of `assets:links`, so Berth does not. */

const links: Definition = {
  title: "links",
  checks: [check("config", [isArray, notBlank])],
};

const assets: Definition = {
  title: "assets",
  checks: [check("config", [isHash, allowedKeys("links")]), check("links", [arrayOfHashes, notBlank])],
  children: { links: { is: links } },
  value: ({ config }) => toJson(config),
};

export const release: Definition = {
  title: "release",
  checks: [
    check("config", [
      isHash,
      allowedKeys(
        "tag_name",
        "tag_message",
        "name",
        "description",
        "ref",
        "released_at",
        "milestones",
        "assets",
      ),
    ]),
    check("tag_name", [isString, notBlank]),
    check("tag_message", isString, { when: (entry) => present(entry.get("tag_message")) }),
    check("description", [isString, notBlank]),
    check("milestones", arrayOfStringsOrString, { when: (entry) => present(entry.get("milestones")) }),
    verify("released_at", (entry) =>
      isSet(entry, "released_at") ? dateProblem(entry.get("released_at")!) : undefined,
    ),
    verify("ref", (entry) => (isSet(entry, "ref") ? refProblem(entry.get("ref")!) : undefined)),
  ],
  children: { assets: { is: assets } },
  value: ({ config }) => toJson(config),
};

/** Set, as Ruby sees it: neither null nor false. */
function isSet(entry: Entry, keyword: string): boolean {
  const value = entry.config instanceof YamlMap ? entry.config.get(keyword) : undefined;
  return value !== undefined && value !== null && value !== false;
}

const ISO_DATE =
  /^\s*[-+]?\d{4,}(?:-?(?:(\d\d)(?:-?(\d\d))?|\d{3}|W\d\d(?:-?[1-7])?))?(?:[T\s]\d\d(?::?\d\d(?::?\d\d(?:[.,]\d+)?)?)?(?:Z|[-+]\d\d(?::?\d\d)?)?)?\s*$/i;

function dateProblem(value: YamlValue): string | undefined {
  const parts = isText(value) ? ISO_DATE.exec(value) : null;
  const month = Number(parts?.[1] ?? 1);
  const day = Number(parts?.[2] ?? 1);
  // Ruby reads a time alone as today's.
  if (isText(value) && /^\s*([01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?\s*$/.test(value)) return undefined;
  const right = parts !== null && month >= 1 && month <= 12 && day >= 1 && day <= 31;
  return right ? undefined : "must be a valid datetime";
}

function refProblem(value: YamlValue): string | undefined {
  return isText(value) && isValidRef(value) ? undefined : "must be a valid ref";
}

/** What `git check-ref-format` refuses in a branch's name, and what GitLab refuses besides. */
function isValidRef(ref: string): boolean {
  if (ref === "" || ref.startsWith("-") || ref === "HEAD" || ref === "@") return false;
  if (
    /^refs\/(?:heads|remotes)\/$/.test(ref) ||
    ref.startsWith("refs/heads/") ||
    ref.startsWith("refs/remotes/")
  ) {
    return false;
  }
  if (/\.\.|@\{|\/\/|[\s~^:?*[\\\p{Cc}]/u.test(ref) || /^\/|[/.]$/.test(ref)) return false;
  return ref.split("/").every((part) => !part.startsWith(".") && !part.endsWith(".lock"));
}
