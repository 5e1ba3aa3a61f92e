/** The options of `berth smoke`, as the command line gives them. */
export interface SmokeOptions {
  readonly list?: boolean;
  readonly only?: string;
  readonly on: string;
  readonly project?: string;
  readonly check?: boolean;
  readonly timestamps?: boolean;
  readonly compare?: boolean;
  readonly executor: string;
  readonly target?: string;
  readonly timeout?: string;
  readonly concurrency: string;
  readonly keep?: boolean;
  readonly json?: boolean;
  readonly junit?: string;
  readonly markdown?: string;
  readonly note?: boolean;
  readonly mergeRequest?: string;
  readonly logs?: string;
  readonly verbose?: boolean;
  readonly quiet?: boolean;
  /** Milliseconds between two looks at a pipeline on GitLab; not on the command line. */
  readonly interval?: number;
}
