import { fault, type Problem, problemOf } from "../problem/index.ts";
import { type Origin, type Place, YamlList, YamlMap, type YamlValue } from "../yaml/index.ts";
import type { Entry } from "./entries/entry.ts";
import type { LogicProblem } from "./logic.ts";
import type { MissingVariable } from "./normalize.ts";
import { textOf } from "./ruby-text.ts";

/** Where the parts of jobs stand that do not fit together, and what inputs they came from. */
export class JobPlaces {
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #origins: ReadonlyMap<string, string>;

  /** `origins` are the names in the file of jobs that `parallel` made. */
  constructor(entries: ReadonlyMap<string, Entry>, origins: ReadonlyMap<string, string>) {
    this.#entries = entries;
    this.#origins = origins;
  }

  problem({ wrong, message, job, keyword, item, stagesOf = [] }: LogicProblem): Problem {
    const entry = this.#entryOf(job);
    const value = entry?.placeOf(keyword);
    const place = (item !== undefined && placeOfName(entry?.get(keyword), item)) || value;
    const stages = stagesOf.flatMap((name) => this.#stageOrigins(name));
    const origins = [...(place?.origins ?? value?.origins ?? []), ...stages];
    return problemOf(wrong, { subject: job, message, place, origins });
  }

  /** One message for each job. */
  missingVariables(missing: readonly MissingVariable[]): Problem[] {
    const jobs = [...new Set(missing.map(({ job }) => job))];
    return jobs.map((name) => {
      const parts = missing.filter(({ job }) => job === name).map((each) => this.#missingVariable(each));
      const message = parts.map((each) => each.message).join(", ");
      return parts.length === 1 ? parts[0]! : { ...parts[0]!, message, parts };
    });
  }

  #missingVariable({ job, variable }: MissingVariable): Problem {
    const wrong = fault("matrix-variable-unknown", { variable });
    const place = this.#entryOf(job)?.placeOf("needs");
    return problemOf(wrong, { subject: job, message: `${job} job: ${wrong.text}`, place });
  }

  #entryOf(job: string): Entry | undefined {
    return this.#entries.get(this.#origins.get(job) ?? job);
  }

  #stageOrigins(job: string): readonly Origin[] {
    const entry = this.#entryOf(job);
    return entry?.has("stage") ? (entry.placeOf("stage")?.origins ?? []) : [];
  }
}

/** The item of a list, at any depth, that names a job: the text itself or the value of `job`. */
function placeOfName(value: YamlValue | undefined, name: string): Place | undefined {
  if (value instanceof YamlMap) {
    const job = value.entry("job");
    if (job !== undefined && textOf(job.value) === name) return job.valuePlace;
    for (const each of value.entries()) {
      const found = each.value instanceof YamlList ? placeOfName(each.value, name) : undefined;
      if (found !== undefined) return found;
    }
  }
  if (!(value instanceof YamlList)) return undefined;
  for (const [index, item] of value.items.entries()) {
    const found = item === name ? value.places[index] : placeOfName(item, name);
    if (found !== undefined) return found;
  }
  return undefined;
}
