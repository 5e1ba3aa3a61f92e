import {
  projectRecord,
  projectWithAccess,
  runnerDetails,
  runnerRecord,
  userInFull,
} from "../records/index.ts";
import { roles } from "../tokens.ts";
import { paged, projectOf, Refusal, type Route, requireRole, route } from "./request.ts";

const metadata = {
  version: "18.11.2-ee",
  revision: "0000000",
  kas: { enabled: false, externalUrl: null, externalK8sProxyUrl: null, version: null },
  enterprise: true,
};

/** What the server, its projects and its runners are. */
export const about: readonly Route[] = [
  route("GET", "/metadata", () => ({ json: metadata })),
  route("GET", "/version", () => ({ json: metadata })),
  route("GET", "/user", () => ({
    json: { ...userInFull, email: "admin@example.com", commit_email: "admin@example.com" },
  })),
  route("GET", "/personal_access_tokens/self", ({ token }) => {
    if (token.kind === "oauth" || token.kind === "job")
      throw new Refusal(400, { message: "400 Bad request" });
    return {
      json: {
        id: 1,
        name: "smoke",
        revoked: false,
        created_at: "2026-01-01T00:00:00.000Z",
        description: null,
        scopes: token.scopes,
        ...(token.kind === "granular" && { granular: true }),
        user_id: 1,
        last_used_at: null,
        last_used_ips: [],
        active: true,
        expires_at: "2027-01-01",
      },
    };
  }),
  route("GET", "/projects/:id", (request, id) => ({
    json: projectWithAccess(request.state, projectOf(request, id), request.token.role),
  })),
  route("GET", "/groups/:id/projects", (request, group) => {
    const inside = request.state.projects.filter((each) => each.path.startsWith(`${group}/`) && !each.hidden);
    if (inside.length === 0) throw new Refusal(404, { message: "404 Group Not Found" });
    return paged(
      request,
      inside.map((each) => projectRecord(request.state, each, request.token.role)),
    );
  }),
  route("GET", "/projects/:id/runners", (request, id) => {
    requireRole(request, projectOf(request, id), roles.maintainer);
    return paged(request, [{ ...runnerRecord(), ...request.state.options.runner }]);
  }),
  route("GET", "/runners/:id", (request) => ({
    json: {
      ...runnerDetails(request.state.options.runnerTags ?? []),
      ...request.state.options.runner,
    },
  })),
];
