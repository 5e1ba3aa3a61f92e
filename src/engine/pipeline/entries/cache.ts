import { isKnownTo } from "../../version/index.ts";
import { toJson, YamlList, YamlMap } from "../../yaml/index.ts";
import { textOf } from "../ruby-text.ts";
import { check, isMap, isTextual, optional, present, unknownForm, verify } from "./checks.ts";
import { boolean, stringList } from "./common.ts";
import type { Definition, Entry } from "./entry.ts";
import {
  allowedKeys,
  arrayOfStrings,
  atLeast,
  atMost,
  exactlyOneKey,
  isHash,
  isString,
  matching,
  oneOf,
  versionOf,
} from "./rules.ts";

/* `cache` and its key (https://docs.gitlab.com/ci/yaml/#cache). */

const WHEN = ["on_success", "on_failure", "always"];
const CACHE_LIMIT = 4;
const POLICY = "should be a variable or one of: pull-push, push, pull";

const simpleKey: Definition = {
  title: "simple key",
  checks: [verify("config", keyIsNoPath)],
  value: ({ config }) => textOf(config),
};

const TWO_FILES = atMost(2, "has too many items (maximum is 2)");
const TEN_FILES = atMost(10, "has too many items (maximum is 10)");

const files: Definition = {
  title: "files",
  checks: [
    check("config", [
      arrayOfStrings,
      atLeast(1, "requires at least 1 item"),
      (value, entry) =>
        (isKnownTo(versionOf(entry), "cache:key:files:10") ? TEN_FILES : TWO_FILES)(value, entry),
    ]),
  ],
  // A path counts from the project's root, with or without slashes in front (lib/gitlab/ci/config/entry/files.rb).
  value: ({ config }) => (config as YamlList).items.map((path) => textOf(path).replace(/^\/+/, "")),
};

const prefix: Definition = {
  title: "prefix",
  checks: [verify("config", keyIsNoPath)],
};

const complexKey: Definition = {
  title: "complex key",
  checks: [
    check("config", [
      isHash,
      allowedKeys("files", "files_commits", "prefix"),
      exactlyOneKey("files", "files_commits"),
    ]),
  ],
  children: { files: { is: files }, files_commits: { is: files }, prefix: { is: prefix } },
};

const key: Definition = {
  title: "key",
  default: "default",
  choose: (config) => {
    if (isTextual(config)) return simpleKey;
    return isMap(config) ? complexKey : unknownForm("key", "should be a hash, a string or a symbol");
  },
};

const cache: Definition = {
  title: "cache",
  checks: [
    check("config", [
      isHash,
      allowedKeys("key", "untracked", "paths", "when", "policy", "unprotect", "fallback_keys"),
    ]),
    check("policy", [isString, matching(/pull-push|push|pull|\$\w{1,255}|\$\{\w{1,255}\}/, POLICY)], {
      when: (entry) => present(entry.get("policy")),
    }),
    optional("when", isString, oneOf(WHEN, `should be one of: ${WHEN.join(", ")}`)),
    optional("fallback_keys", atMost(5, "has to many entries (maximum 5)")),
  ],
  children: {
    key: { is: key },
    unprotect: { is: boolean },
    untracked: { is: boolean },
    paths: { is: stringList },
    fallback_keys: { is: stringList },
  },
  value: (entry) => ({
    ...given("untracked", entry),
    ...given("paths", entry),
    key: entry.childValue("key"),
    unprotect: entry.get("unprotect") || false,
    policy: toJson(entry.get("policy") ?? null) ?? "pull-push",
    when: toJson(entry.get("when") ?? null) ?? "on_success",
    fallback_keys: toJson(entry.get("fallback_keys") ?? null) ?? [],
  }),
};

/** One cache or a list of them. */
export const caches: Definition = {
  title: "caches",
  keyless: true,
  checks: [
    verify("config", ({ config }) =>
      config instanceof YamlMap || config instanceof YamlList ? undefined : "can only be a hash or an array",
    ),
    verify("config", ({ config }) =>
      config instanceof YamlList && config.size > CACHE_LIMIT
        ? `no more than ${CACHE_LIMIT} caches can be created`
        : undefined,
    ),
  ],
  items: cache,
};

function keyIsNoPath({ config }: Entry): string | undefined {
  if (!isTextual(config)) return "should be a string or symbol";
  const path = decodePercents(textOf(config));
  if (path.includes("/")) return 'cannot contain the "/" character';
  return path === "." || path === ".." ? 'cannot be "." or ".."' : undefined;
}

/** Percent signs read as in a URL, however wrong the rest is. */
function decodePercents(text: string): string {
  return text.replace(/%([0-9a-fA-F]{2})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}

function given(keyword: string, entry: Entry): Record<string, unknown> {
  return entry.childSpecified(keyword) ? { [keyword]: entry.childValue(keyword) } : {};
}
