import type { Place } from "../yaml/index.ts";

/** GitLab refuses the configuration: its words, and the place that they speak of. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly place: Place | undefined;

  constructor(message: string, place?: Place) {
    super(message);
    this.place = place;
  }
}
