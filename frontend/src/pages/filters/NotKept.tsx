import type { Completeness } from "../../api/types";
import { Message } from "../../ui/Message";

/** In place of figures of a range that is older than what is kept. */
export function NotKept({
  reason,
  completeness,
}: {
  reason: string;
  /** Says since when it is kept. */
  completeness: Completeness;
}) {
  return (
    <Message title="This range is older than what is kept">
      <p>{reason}</p>
      {completeness.reason && <p>{completeness.reason}</p>}
    </Message>
  );
}
