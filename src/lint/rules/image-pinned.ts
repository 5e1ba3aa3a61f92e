import { imagesOf } from "../images.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "image-pinned",
  group: "security",
  severity: "warning",
  confidence: "high",
  summary: "Images name a version or a digest.",
  why: "An image without a tag, or with a moving one such as `latest`, changes under the component: yesterday's green pipeline fails today, and whoever controls the image runs in every consumer's pipeline.",
  reference: "https://docs.gitlab.com/ci/components/#manage-dependencies",
  check(file, { report }) {
    for (const image of imagesOf(file)) {
      if (image.name.includes("@sha256:")) continue;
      const tag = /:([^/:]+)$/.exec(image.name)?.[1];
      if (tag !== undefined && !/^(latest|edge|stable|main|master|nightly|dev|rolling)$/.test(tag)) continue;
      report({
        at: image.at,
        message:
          tag === undefined
            ? `image "${image.name}" has no tag, so it is "latest"`
            : `image "${image.name}" moves: "${tag}" is no version`,
        hint: "name a version, or better a digest: image:1.2.3@sha256:…",
      });
    }
  },
};
