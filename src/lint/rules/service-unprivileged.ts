import { imagesOf } from "../images.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "service-unprivileged",
  group: "security",
  severity: "info",
  confidence: "high",
  summary: "No job needs a privileged runner.",
  why: "`docker:dind` runs only on privileged runners, where a job can take over the machine. Rootless builders (BuildKit rootless, Buildah, Kaniko) do not need that.",
  reference: "https://docs.gitlab.com/ci/docker/using_docker_build/#use-docker-in-docker",
  check(file, { report }) {
    for (const image of imagesOf(file)) {
      if (!image.isService || !/(?:^|\/)docker:[^@]*dind/.test(image.name) || /rootless/.test(image.name))
        continue;
      report({
        at: image.at,
        message: `service "${image.name}" needs a privileged runner`,
        hint: "build with BuildKit rootless, Buildah or Kaniko, or say so in the README",
      });
    }
  },
};
