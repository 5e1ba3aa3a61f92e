import { user } from "./user.ts";

const created = "2026-01-01T00:00:00.000Z";

/** The one runner, as lists and jobs name it. */
export function runnerRecord() {
  return {
    id: 1,
    description: "stand-in",
    ip_address: "127.0.0.1",
    active: true,
    paused: false,
    is_shared: true,
    runner_type: "instance_type",
    name: null,
    online: true,
    created_by: user,
    created_at: created,
    status: "online",
    job_execution_status: "idle",
  };
}

const program = { version: "18.9.0", revision: "00000000", platform: "linux", architecture: "amd64" };

/** The same in full: `GET /runners/:id`. */
export function runnerDetails(tags: readonly string[]) {
  return {
    ...runnerRecord(),
    ...program,
    tag_list: tags,
    run_untagged: true,
    locked: false,
    maximum_timeout: null,
    access_level: "not_protected",
    contacted_at: created,
    maintenance_note: null,
    projects: [],
    groups: [],
  };
}

/** The process that took a job: a runner can have several. */
export function runnerManager() {
  return {
    id: 1,
    system_id: "s_000000000000",
    ...program,
    created_at: created,
    contacted_at: created,
    ip_address: "127.0.0.1",
    status: "online",
    job_execution_status: "idle",
  };
}
