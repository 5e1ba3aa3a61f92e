import type { SlowSources } from "../engine/pipeline/include/read-ahead.ts";
import type { RemoteAnswer } from "../engine/pipeline/include/sources.ts";

/** Sources that ask one after the other, until one has an answer. A project that lacks the ref is looked for in the next one. */
export function firstOf(...all: readonly SlowSources[]): SlowSources {
  return {
    project: async (path, ref) => {
      let answer: Awaited<ReturnType<NonNullable<SlowSources["project"]>>>;
      for (const { project } of all) {
        const found = await project?.(path, ref);
        if (typeof found === "object") return found;
        answer ??= found;
      }
      return answer;
    },
    component: async (path, version) => {
      let answer: Awaited<ReturnType<NonNullable<SlowSources["component"]>>>;
      for (const { component } of all) {
        const found = await component?.(path, version);
        if (typeof found === "object") return found;
        answer ??= found;
      }
      return answer;
    },
    changesSince: async (ref) => {
      for (const { changesSince } of all) if (changesSince) return changesSince(ref);
      return undefined;
    },
    remote: async (url) => {
      let answer: RemoteAnswer = {
        failure: "a missing source: only --sources gitlab fetches remote files",
      };
      for (const { remote } of all) {
        answer = (await remote?.(url)) ?? answer;
        if (!("failure" in answer)) return answer;
      }
      return answer;
    },
    template: async (name) => {
      for (const { template } of all) {
        const text = await template?.(name);
        if (text !== undefined) return text;
      }
      return undefined;
    },
  };
}
