import type { Identity, Merge } from "./queries";

/** What the page calls things. */

export const KINDS: Record<Identity["kind"], string> = {
  user: "account",
  bot: "bot",
  mannequin: "placeholder",
  git: "commit address",
};

export const REASONS: Record<Merge["reason"], string> = {
  certain: "certain match",
  accepted: "accepted match",
  "by hand": "by hand",
};

export function howLikely(strength: number): string {
  if (strength >= 85) return "very likely";
  return strength >= 65 ? "likely" : "possible";
}
