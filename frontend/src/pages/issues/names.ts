import type { PlaceName, StateName } from "./types";

/** How the page calls what the API names. */

export const STATE_NAMES: Record<StateName, string> = {
  to_do: "To do",
  in_progress: "In progress",
  waiting: "Waiting",
  done: "Done",
};

export const PLACES: Record<PlaceName, string> = {
  branch: "the branch",
  title: "the title",
  body: "the body",
  commit: "a commit’s message",
};

const FLAGS: Record<string, string> = {
  history_gap: "Jira’s history of it contradicts itself: what was said last holds.",
  unknown_status: "It was in a status that nobody knows the meaning of; that time counts nowhere.",
};

export const flagText = (flag: string) => FLAGS[flag] ?? flag;
