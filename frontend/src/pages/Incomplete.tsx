import { Link } from "@tanstack/react-router";
import type { Completeness } from "../api/types";
import { IncompleteBadge } from "../ui/IncompleteBadge";

/** The badge of a figure; nothing where it rests on all there is. */
export function Incomplete({ of, completeness }: { of: string; completeness: Completeness }) {
  if (completeness.complete) return null;
  return (
    <IncompleteBadge
      of={of}
      reason={completeness.reason ?? "Not everything is collected."}
      more={<Link to="/data-quality">See the data quality</Link>}
    />
  );
}
