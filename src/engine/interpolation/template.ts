import { GitLabCrash, keyStyleOptions } from "../contract/index.ts";
import { type Fault, fault, type Problem, problemOf } from "../problem/index.ts";
import { type GitLabVersion, isKnownTo, NEWEST_VERSION } from "../version/index.ts";
import {
  type Entry,
  type Origin,
  type Place,
  SymbolValue,
  toRubyString,
  YamlList,
  YamlMap,
  type YamlValue,
} from "../yaml/index.ts";
import { type Accessible, accessValue, type InterpolationContext, InterpolationError } from "./access.ts";
import { type BlockMatch, findBlocks } from "./blocks.ts";
import { applyFunctions, type Variable } from "./functions.ts";
import { TextTooLarge } from "./ruby-substitute.ts";
import { substituteBlocks } from "./substitute-blocks.ts";

/** GitLab's limits of a configuration that is interpolated (lib/gitlab/ci/config/interpolation, 18.11). */
const MOST_BLOCKS = 10_000;
const MOST_NODES = 500_000;
const LARGEST_NODE = 1024 * 1024;
/** Our own: GitLab has no limit for what blocks blow up to; a text of gigabytes helps nobody. */
const LARGEST_RESULT = 64 * 1024 * 1024;
const MOST_SPLICED = 1_000_000;

/** How blocks are filled. */
export interface TemplateOptions {
  /** For `expand_vars`. */
  readonly variables: readonly Variable[];
  readonly goesOn?: boolean | undefined;
  readonly gitlabVersion?: GitLabVersion | undefined;
}

/** The interpolated configuration, and what is wrong. */
export interface TemplateResult {
  /** Undefined where blocks are wrong, unless the work goes on. */
  readonly config: YamlMap | undefined;
  readonly problems: readonly Problem[];
}

/**
 * Fills all blocks in keys and values. A text that is one block takes the input's value with its type; a list that is
 * filled into an item of a list is spliced into it. GitLab stops at the first block that it cannot fill; with `goesOn` such
 * a block stays as it is, and what is wrong with later ones is told too. Throws GitLabCrash where GitLab fails.
 */
export function interpolate(
  config: YamlMap,
  context: InterpolationContext,
  options: TemplateOptions,
): TemplateResult {
  const template = new Template(context, options);
  try {
    return { config: template.fillMap(config), problems: template.problems };
  } catch (error) {
    if (error instanceof TemplateFault) return { config: undefined, problems: error.problems };
    throw error;
  }
}

class TemplateFault extends Error {
  readonly problems: readonly Problem[];
  constructor(faults: readonly Fault[], place: Place | undefined) {
    super(faults[0]?.text);
    this.problems = faults.map((each) => problemOf(each, { subject: "", place }));
  }
}

/** A value after filling, and its place with the input it came from. */
interface Filled {
  readonly value: YamlValue;
  readonly place: Place | undefined;
}

class Template {
  private readonly context: InterpolationContext;
  private readonly variables: readonly Variable[];
  private readonly blocks = new Map<string, Accessible>();
  private nodes = 0;
  private written = 0;
  private spliced = 0;
  private readonly goesOn: boolean;
  /** Of blocks that were left as they are. */
  readonly problems: Problem[] = [];

  private readonly version: GitLabVersion;

  constructor(
    context: InterpolationContext,
    { variables, goesOn = false, gitlabVersion = NEWEST_VERSION }: TemplateOptions,
  ) {
    this.context = context;
    this.variables = variables;
    this.goesOn = goesOn;
    this.version = gitlabVersion;
  }

  fillMap(map: YamlMap): YamlMap {
    const filled = new YamlMap();
    this.visit(1, undefined);
    for (const entry of map.entries()) filled.setEntry(this.fillEntry(entry));
    return filled;
  }

  private fillEntry({ key, value, keyPlace, valuePlace }: Entry): Entry {
    // GitLab visits a name twice: as a symbol and as its text.
    if (typeof key === "string") this.visit(1, keyPlace);
    const newKey = this.fill(key, keyPlace);
    const newValue = this.fill(value, valuePlace);
    return { key: newKey.value, value: newValue.value, keyPlace: newKey.place, valuePlace: newValue.place };
  }

  private fill(value: YamlValue, place: Place | undefined): Filled {
    if (value instanceof YamlMap) return { value: this.fillMap(value), place };
    this.visit(1, place);
    if (value instanceof SymbolValue) return this.fill(value.name, place);
    if (value instanceof YamlList) return { value: this.fillList(value), place };
    return typeof value === "string" ? this.fillText(value, place) : { value, place };
  }

  private fillList(list: YamlList): YamlList {
    const items: YamlValue[] = [];
    const places: (Place | undefined)[] = [];
    list.items.forEach((item, index) => {
      const filled = this.fill(item, list.places[index]);
      if (typeof item === "string" && filled.value instanceof YamlList) {
        this.spliced += filled.value.size;
        if (this.spliced > MOST_SPLICED) throw tooLarge("config too large", filled.place);
        for (const each of filled.value.items) {
          items.push(each);
          places.push(filled.place);
        }
      } else {
        items.push(filled.value);
        places.push(filled.place);
      }
    });
    return new YamlList(items, places);
  }

  private fillText(text: string, place: Place | undefined): Filled {
    if (text.length * 3 > LARGEST_NODE && Buffer.byteLength(text) > LARGEST_NODE) {
      throw tooLarge("config node too large", place);
    }
    const matches = text.includes("$[[") ? findBlocks(text) : [];
    const [first] = matches;
    if (first === undefined) return { value: text, place };
    const values = matches.map((match) => this.evaluate(match, place));
    const origins = originsOf(values);
    const newPlace = origins.length > 0 ? place?.withOrigins(origins) : undefined;
    if (matches.length === 1 && first.text.length === text.length) {
      return { value: values[0]!.value, place: newPlace ?? place };
    }
    return { value: this.fillIntoText(text, matches, values, place), place: newPlace ?? place };
  }

  private fillIntoText(
    text: string,
    matches: readonly BlockMatch[],
    values: readonly Accessible[],
    place: Place | undefined,
  ): string {
    const replacements = values.map(({ value, keys }) => toRubyString(value, keyStyleOptions(keys)));
    try {
      const filled = substituteBlocks(text, matches, replacements, LARGEST_RESULT - this.written);
      this.written += filled.length;
      return filled;
    } catch (error) {
      if (error instanceof TextTooLarge) throw tooLarge("config too large", place);
      if (error instanceof GitLabCrash) throw new GitLabCrash(error.message, place);
      throw error;
    }
  }

  private evaluate(match: BlockMatch, place: Place | undefined): Accessible {
    const known = this.blocks.get(match.text);
    if (known !== undefined) return known;
    if (this.blocks.size >= MOST_BLOCKS) throw tooLarge("too many interpolation blocks", place);
    try {
      const value = evaluateBlock(match, this.context, this.variables, this.version);
      this.blocks.set(match.text, value);
      return value;
    } catch (error) {
      if (error instanceof InterpolationError) {
        const wrong = new TemplateFault(error.faults, place);
        if (!this.goesOn) throw wrong;
        const later = this.problems.length > 0 ? { later: true as const } : {};
        this.problems.push(...wrong.problems.map((each) => ({ ...each, ...later })));
        return { value: match.text, keys: "text", place: undefined };
      }
      if (error instanceof GitLabCrash) throw new GitLabCrash(error.message, place);
      throw error;
    }
  }

  private visit(count: number, place: Place | undefined): void {
    this.nodes += count;
    if (this.nodes > MOST_NODES) throw tooLarge("config too large", place);
  }
}

function tooLarge(what: string, place: Place | undefined): TemplateFault {
  return new TemplateFault([fault("blocks-too-large", { what })], place);
}

/** The inputs that went into a text, each once. */
function originsOf(values: readonly Accessible[]): Origin[] {
  const origins = new Map<string, Origin>();
  for (const { input, place } of values) {
    if (input !== undefined && !origins.has(input)) origins.set(input, { input, place });
  }
  return [...origins.values()];
}

/** `<access> | <function> | …`; blocks of the job matrix are left for later. */
function evaluateBlock(
  match: BlockMatch,
  context: InterpolationContext,
  variables: readonly Variable[],
  version: GitLabVersion,
): Accessible {
  const parts = match.data.split("|");
  while (parts.at(-1) === "") parts.pop();
  const [access, ...functions] = parts.map(stripLikeRuby);
  if (access === undefined) throw new GitLabCrash("a block of nothing but pipes");
  const isForMatrix = access.split(".")[0] === "matrix" && isKnownTo(version, "block:matrix");
  if (isForMatrix) return { value: match.text, keys: "text", place: undefined };
  const found = accessValue(access, context, isKnownTo(version, "block:items"));
  return { ...found, value: applyFunctions(found.value, functions, variables, version) };
}

/** Ruby's `strip`: ASCII white space and NUL. */
function stripLikeRuby(text: string): string {
  return text.replace(/^[\0\t\n\v\f\r ]+/, "").replace(/[\0\t\n\v\f\r ]+$/, "");
}
