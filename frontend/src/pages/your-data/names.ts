import type { components } from "../../api/schema";
import { addDays, dayOf, fullDay } from "../../ui/dates";

type Schemas = components["schemas"];
export type Kind = Schemas["OwnRequest"]["kind"];
export type Mode = Schemas["Wish"]["mode"] & string;
export type OwnRequest = Schemas["OwnRequest"];

export const KINDS: Record<Kind, string> = {
  access: "A copy",
  erasure: "Erasure",
  rectification: "Correction",
  objection: "Objection",
};

/** What each kind is by, for those who look it up. */
export const ARTICLES: Record<Kind, string> = {
  access: "GDPR Art. 15 and 20",
  erasure: "GDPR Art. 17",
  rectification: "GDPR Art. 16",
  objection: "GDPR Art. 21",
};

export const STATES: Record<OwnRequest["state"], string> = {
  open: "under way",
  extended: "under way, extended",
  fulfilled: "fulfilled",
  refused: "refused",
  withdrawn: "withdrawn",
};

export const MODES: Record<Mode, { name: string; means: string }> = {
  pseudonymise: {
    name: "Keep the figures without me",
    means:
      "Your name, addresses and accounts go. What you did stays, as that of a nameless person, so that the figures of your teams stay as they are.",
  },
  remove: {
    name: "Take away that it was me",
    means:
      "Your name, addresses and accounts go, and what you did belongs to nobody any more. It is in no figure about people.",
  },
};

export const ERASURES: Record<NonNullable<OwnRequest["erasure"]>, string> = {
  asked: "The erasure waits for a second person's approval.",
  approved: "The erasure has been approved and is being carried out.",
  refused: "The erasure was not approved.",
  finished: "The erasure has finished.",
};

/** "under way, to be answered by 2 Apr 2026", "refused on 1 Apr 2026". */
export function whenOf(request: OwnRequest, timeZone: string): string {
  if (request.ended_at) return `${STATES[request.state]} on ${dayIn(request.ended_at, timeZone)}`;
  return `${STATES[request.state]}, to be answered by ${fullDay(request.due_on)}`;
}

export function dayIn(instant: string, timeZone: string): string {
  return fullDay(dayOf(instant, timeZone));
}

/** The last whole day before an instant. */
export function lastDay(instant: string, timeZone: string): string {
  return fullDay(addDays(dayOf(instant, timeZone), -1));
}
