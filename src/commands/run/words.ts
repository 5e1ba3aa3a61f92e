import { describeExecutor } from "../../pipelines/executor.ts";
import type { Difference, Obstacle, Readiness } from "../../run/obstacles.ts";

/** Why a job cannot run here, in one line. */
export function obstacleInWords(obstacle: Obstacle): string {
  switch (obstacle.code) {
    case "engine-missing":
      return `its image is ${obstacle.image}, and neither podman nor docker works here`;
    case "image-missing":
      return `the image ${obstacle.image} is not on this machine: pull it first, or use --executor auto`;
    case "platform":
      return `its tag "${obstacle.tag}" asks for a runner on another platform`;
    case "other-project":
      return `it starts a pipeline of another project, ${obstacle.project}`;
    case "vault":
      return "its secrets come from an external vault; give them as variables in a file of secrets";
    case "needs-impossible":
      return `it needs ${obstacle.job}, which cannot run here`;
  }
}

/** What is otherwise than on GitLab, in one line. */
export function differenceInWords(difference: Difference): string {
  switch (difference.code) {
    case "shell-for-image":
      return `runs in a shell of this machine: the image ${difference.image} is not here`;
    case "services-left-out":
      return `runs without its services ${difference.services.join(", ")}: a shell has none`;
    case "no-id-tokens":
      return `no ID token is made here: ${difference.names.join(", ")} is not set`;
    case "deploys":
      return `deploys to ${difference.environment}`;
  }
}

/** What will run a job. */
export function runnerInWords({ job, executor }: Readiness): string {
  if (job.trigger) return "child pipeline";
  return executor === undefined ? "" : describeExecutor(executor);
}
