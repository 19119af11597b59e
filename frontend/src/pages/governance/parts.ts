/** The parts of Governance, in their order. */
export const PARTS = [
  {
    to: "/governance/overview",
    name: "Overview",
    says: "What is promised, what shows that it is kept, and when that was last looked at",
  },
  {
    to: "/governance/inventory",
    name: "Data inventory",
    says: "What is kept, why, for how long, and which process may touch it",
  },
  {
    to: "/governance/audit",
    name: "Audit log",
    says: "Every important act, by whom and from where",
  },
  {
    to: "/governance/erasures",
    name: "Erasures",
    says: "What is erased for good, and who approved it",
  },
  {
    to: "/governance/requests",
    name: "Requests of people",
    says: "What people asked for of their own data, and by when it is due",
  },
  {
    to: "/governance/incidents",
    name: "Incidents",
    says: "Which security incidents there were, who was told of them, and by when that is due",
  },
  { to: "/governance/retention", name: "Retention", says: "How long each kind of data is kept" },
  {
    to: "/governance/backups",
    name: "Backups",
    says: "Which backups there are, until when, and whether they can be restored",
  },
  {
    to: "/governance/outbound",
    name: "Outbound",
    says: "What left the appliance, where to, and what was asked",
  },
  {
    to: "/governance/assessments",
    name: "Self-assessment",
    says: "What the appliance finds of itself against OWASP ASVS 4.0.3",
  },
] as const;
