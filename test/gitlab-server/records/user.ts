/** Who everything on the stand-in is by, as other answers name users. */
export const user = {
  id: 1,
  username: "root",
  public_email: "",
  name: "Administrator",
  state: "active",
  locked: false,
  avatar_url: null,
  web_url: "http://127.0.0.1/root",
};

/** The same as jobs name their user, and as the user is told of itself. */
export const userInFull = {
  ...user,
  created_at: "2026-01-01T00:00:00.000Z",
  bio: "",
  location: "",
  linkedin: "",
  twitter: "",
  discord: "",
  website_url: "",
  github: "",
  job_title: "",
  pronouns: null,
  organization: "",
  bot: false,
  work_information: null,
  followers: 0,
  following: 0,
  is_followed: false,
  local_time: null,
};
