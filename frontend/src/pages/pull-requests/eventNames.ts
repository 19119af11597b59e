const NAMES: Record<string, string> = {
  opened: "Opened",
  first_commit: "First commit",
  commit: "Commit",
  committed: "Commit",
  approved: "Approved",
  changes_requested: "Changes requested",
  commented: "Review with comments",
  dismissed: "Review dismissed",
  ready_for_review: "Ready for review",
  converted_to_draft: "Back to draft",
  review_requested: "Review requested",
  review_request_removed: "Review request withdrawn",
  review_dismissed: "Review dismissed",
  head_force_pushed: "Branch rewritten",
  base_changed: "Target branch changed",
  merged: "Merged",
  closed: "Closed",
  reopened: "Reopened",
};

export function eventName(kind: string): string {
  const known = NAMES[kind];
  if (known !== undefined) return known;
  const words = kind.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
