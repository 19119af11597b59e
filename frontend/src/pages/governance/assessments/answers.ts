import type { Assessment, Assessments, Listed, Proof, Requirement } from "./queries";

/** What tests have the API answer with. */

export const proof = (values: Partial<Proof> = {}): Proof => ({
  source: "live",
  name: "sign_in.passwords_are_long",
  is_good: true,
  found: "12 characters or more",
  ...values,
});

export const requirement = (values: Partial<Requirement> = {}): Requirement => ({
  id: "V2.1.1",
  chapter: "V2 Authentication",
  section: "V2.1 Password Security",
  level: 1,
  cwe: "521",
  text: "Verify that user set passwords are at least 12 characters in length.",
  verdict: "pass",
  says: "Twelve characters at least, in every form that sets a password.",
  reason: null,
  todo: null,
  stated: null,
  document: null,
  proofs: [proof()],
  ...values,
});

export const listed = (values: Partial<Listed> = {}): Listed => ({
  number: 7,
  cause: "demand",
  asked_at: "2026-09-01T08:00:00Z",
  finished_at: "2026-09-01T08:00:09Z",
  failed: false,
  error: null,
  counts: { pass: 1, fail: 1, "not shown": 0, manual: 1, "not applicable": 0 },
  is_signed: true,
  ...values,
});

export const assessments = (values: Partial<Assessments> = {}): Assessments => ({
  items: [listed()],
  statement: "Self-assessed against OWASP ASVS 4.0.3. Nobody has certified it.",
  next_due: "2026-12-01",
  may_ask: true,
  host_looked_at: "2026-08-31T05:30:00Z",
  why_no_evidence: null,
  ...values,
});

export const assessment = (values: Partial<Assessment> = {}): Assessment => ({
  ...listed(),
  assessed_at: "2026-09-01T08:00:05Z",
  running: "0.1.0-0123456789ab",
  host_looked_at: "2026-08-31T05:30:00Z",
  build_made_at: "2026-08-30T10:00:00Z",
  why_no_evidence: null,
  compared_with: 6,
  changes: [{ id: "V14.4.5", was: "pass", now: "fail" }],
  requirements: [
    requirement({
      id: "V1.1.1",
      chapter: "V1 Architecture",
      verdict: "manual",
      stated: "2026-08-01",
      document: "docs/security/development.md",
      proofs: [],
    }),
    requirement(),
    requirement({
      id: "V14.4.5",
      chapter: "V14 Configuration",
      verdict: "fail",
      reason: "door.hsts: there is no such header",
      todo: "Install nginx's configuration as it was shipped.",
      proofs: [
        proof({ source: "host", name: "door.hsts", is_good: false, found: "no such header" }),
      ],
    }),
  ],
  ...values,
});
