import type { Asked, Destination } from "./queries";

export const PURPOSES: Record<Asked["purpose"], string> = {
  collect: "Collecting",
  clone: "Cloning",
  files: "Files of a source",
  set_up: "Setting up a GitHub App",
  sign_in: "Signing in",
  audit: "Audit log, sent elsewhere",
  mail: "Mail",
};

export const INTERFACES: Record<Asked["interface"], string> = {
  graphql: "GraphQL",
  rest: "REST",
  git: "git",
  file: "File",
  openid: "OpenID Connect",
  oauth: "OAuth",
  saml: "SAML",
  syslog: "syslog",
  smtp: "SMTP",
};

export const STANDINGS: Record<Destination["standing"], { name: string; says: string }> = {
  waiting: {
    name: "Waits for the host",
    says: "The configuration leads there, and the host has not opened the way: scripts/appliance egress.",
  },
  asked: { name: "Asked", says: "The configuration leads there." },
  quiet: { name: "Not asked", says: "The configuration leads there; it was last asked before." },
  never_asked: { name: "Never asked", says: "The configuration leads there." },
  led_to: {
    name: "Led to",
    says: "A source keeps a file there and led to it. It is in no configuration, and no token went there.",
  },
  not_configured: {
    name: "Not configured",
    says: "Nothing in the configuration leads there any more.",
  },
};
