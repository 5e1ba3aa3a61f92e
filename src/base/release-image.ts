/**
 * The oldest glab that GitLab's own script for the keyword `release` takes: an older one makes it fall back to release-cli, which the
 * image of glab lacks, so that neither release nor catalog version comes of the tag. Source: the constant in
 * lib/gitlab/ci/build/releaser.rb of gitlab-org/gitlab and docs, ci/yaml "release" (GitLab 18.0 and newer; 17.x takes it too).
 */
export const oldestReleaseCommandLine = "1.58.0";

/** The image for jobs with the keyword `release`: what `berth init` writes and the documents show. */
export const releaseImage = `registry.gitlab.com/gitlab-org/cli:v${oldestReleaseCommandLine}`;
