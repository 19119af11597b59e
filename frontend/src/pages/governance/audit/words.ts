import type { AuditEvent } from "./queries";

/** "Signed in", "Changed team" */
export function what({ act, says, kind }: AuditEvent): string {
  return act === says.toLowerCase() && kind !== null ? `${says} ${kind}` : says;
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

/** What it is about: its kind, and what it is called. */
export function about(event: AuditEvent): string {
  if (event.kind === null) return "";
  if (event.about) return event.about;
  return event.about_erased ? `${event.about_key}, erased` : event.about_key;
}
