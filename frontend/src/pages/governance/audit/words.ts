import type { AuditEvent } from "./queries";

/** What happens to a row, where the act has no name. */
export const ROW_ACTS = ["created", "changed", "deleted"];

/** "Signed in", "Changed team" */
export function what({ act, says, kind }: AuditEvent): string {
  return ROW_ACTS.includes(act) && kind !== null ? `${says} ${kind}` : says;
}

/** Who did it, as a person says it. */
export function who(event: AuditEvent): string {
  switch (event.who_kind) {
    case "account":
      return (
        event.who ??
        (event.who_erased ? `account ${event.actor}, erased` : `account ${event.actor}`)
      );
    case "operator":
      return `${event.who}, on the machine`;
    case "database":
      return "SQL, past the application";
    case "nobody":
      return "somebody unknown";
    case "plumbline":
      return "Plumbline itself";
  }
}

/** What it is about: by what it is called, or else as "user 3, erased". */
export function about({ kind, about, about_key, about_erased }: AuditEvent): string {
  return about || `${kind} ${about_key}${about_erased ? ", erased" : ""}`;
}
