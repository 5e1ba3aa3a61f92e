import { YamlList, YamlMap } from "../../yaml/index.ts";
import { GLOBAL_DEFAULTS } from "../keywords.ts";
import { artifacts } from "./artifacts.ts";
import { caches } from "./cache.ts";
import { check, isBoolean, isList, type Rule, unknownForm } from "./checks.ts";
import { boolean, commandList, hooks, tags } from "./common.ts";
import { identity, isEnterprise } from "./enterprise.ts";
import type { Child, Definition, Entry } from "./entry.ts";
import { image, services } from "./image.ts";
import { retry } from "./retry.ts";
import {
  allowedKeys,
  arrayOfStrings,
  arrayOfStringsOrString,
  duration,
  durationWithin,
  isHash,
  knownItems,
  requiredKeys,
} from "./rules.ts";

/* `default` and `inherit` (https://docs.gitlab.com/ci/yaml/#default, #inherit). */

/** A job may run for a month at most, which is a twelfth of a Gregorian year. */
const LONGEST_TIMEOUT = 2_629_746;

const timeout: Definition = {
  title: "timeout",
  checks: [check("config", [duration, durationWithin(LONGEST_TIMEOUT)])],
};

const idToken: Definition = {
  title: "id token",
  checks: [check("config", [requiredKeys("aud"), allowedKeys("aud")]), check("aud", arrayOfStringsOrString)],
};

const idTokens: Definition = {
  title: "id tokens",
  checks: [check("config", isHash)],
  members: () => idToken,
};

/** The keywords that a job takes from `default:` unless it has its own. */
export const inheritable: Readonly<Record<string, Child>> = {
  before_script: { is: commandList },
  after_script: { is: commandList },
  hooks: { is: hooks },
  cache: { is: caches },
  image: { is: image },
  services: { is: services },
  interruptible: { is: boolean },
  timeout: { is: timeout },
  retry: { is: retry },
  tags: { is: tags },
  artifacts: { is: artifacts },
  id_tokens: { is: idTokens },
};

/** A rule over the keywords that can be inherited, of which the Enterprise edition has one more. */
function byEdition(rule: (keywords: readonly string[]) => Rule): Rule {
  const foss = rule(Object.keys(inheritable));
  const enterprise = rule([...Object.keys(inheritable), "identity"]);
  return (value, entry) => (isEnterprise(entry) ? enterprise : foss)(value, entry);
}

/** A configuration says the same thing twice, at the top and under `default:`. */
export class InheritError extends Error {
  override readonly name = "InheritError";
  readonly keyword: string;
  constructor(keyword: string) {
    super(`${keyword} is defined in top-level and \`default:\` entry`);
    this.keyword = keyword;
  }
}

export const defaults: Definition = {
  title: "default",
  default: new YamlMap(),
  checks: [check("config", [isHash, byEdition((keywords) => allowedKeys(...keywords))])],
  children: { ...inheritable, identity: { is: identity } },
  inherit: (entry, root) => {
    for (const keyword of GLOBAL_DEFAULTS) {
      const global = root.children.get(keyword);
      if (!global?.specified) continue;
      if (entry.childSpecified(keyword)) throw new InheritError(keyword);
      entry.setChild(keyword, global);
    }
  },
};

const inheritList: Definition = {
  title: "array strategy",
  checks: [check("config", arrayOfStrings)],
};

const inheritKeywords: Definition = {
  title: "array strategy",
  checks: [check("config", [arrayOfStrings, byEdition(knownItems)])],
};

function choice(list: Definition): Definition {
  const title = "default";
  return {
    title,
    default: true,
    choose: (config) => {
      if (isBoolean(config)) return boolean;
      return isList(config) ? list : unknownForm(title, "should be a bool or array of strings");
    },
  };
}

export const inherit: Definition = {
  title: "inherit",
  checks: [check("config", [isHash, allowedKeys("default", "variables")])],
  children: { default: { is: choice(inheritKeywords) }, variables: { is: choice(inheritList) } },
};

/** Fills a job's missing keywords from `default:`, as far as its `inherit:default` lets them through. */
export function inheritDefaults(job: Entry, root: Entry, keywords: readonly string[]): void {
  const given = root.children.get("default");
  if (given === undefined) return;
  const wanted =
    job.get("inherit") instanceof YamlMap ? (job.get("inherit") as YamlMap).get("default") : undefined;
  for (const keyword of keywords) {
    const inherited = given.children.get(keyword);
    if (!inherited?.specified || job.childSpecified(keyword) || !lets(wanted ?? true, keyword)) continue;
    job.setChild(keyword, inherited);
  }
}

function lets(wanted: unknown, keyword: string): boolean {
  return wanted instanceof YamlList ? wanted.items.includes(keyword) : wanted === true;
}
