import type { Erasure } from "./queries";

export const KINDS: Record<Erasure["kind"], string> = {
  person: "Person",
  repository: "Repository",
  connection: "Connection",
  everything: "Everything collected",
};

export const MODES: Record<Erasure["mode"], string> = {
  "": "",
  pseudonymise: "Keep the figures without them, as those of a nameless person",
  remove: "Take away that it was them: what they did belongs to nobody",
};

export const STATES: Record<Erasure["state"], string> = {
  asked: "Waits for approval",
  refused: "Refused",
  withdrawn: "Withdrawn",
  approved: "Approved, begins",
  running: "Being erased",
  parked: "Stopped",
  finished: "Erased",
};

/** What it is called here; of what is erased nothing is known but its number. */
export function nameOf(one: Erasure): string {
  if (one.kind === "everything") return KINDS.everything;
  return one.name ?? `${KINDS[one.kind]} ${one.subject}`;
}

/** 0 to 100: rows that came since it was asked for make no more than all. */
export function percentDone(one: Erasure): number {
  if (one.state === "finished") return 100;
  if (one.rows_expected === 0) return 0;
  return Math.min(99, Math.floor((100 * one.rows_done) / one.rows_expected));
}
