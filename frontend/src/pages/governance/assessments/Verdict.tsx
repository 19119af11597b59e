import { IconCheck, IconCircleOff, IconQuestionMark, IconUser, IconX } from "@tabler/icons-react";
import classes from "./assessments.module.css";
import type { Verdict } from "./queries";

const SIGNS = {
  pass: { icon: IconCheck, word: "Passed" },
  fail: { icon: IconX, word: "Failed" },
  "not shown": { icon: IconQuestionMark, word: "Not shown" },
  manual: { icon: IconUser, word: "Manual" },
  "not applicable": { icon: IconCircleOff, word: "Not applicable" },
} as const;

export const wordOf = (verdict: Verdict) => SIGNS[verdict].word;

/** By sign and word, never by colour alone. */
export function VerdictSign({ of }: { of: Verdict | null }) {
  if (of === null) return <span className={classes.soft}>not assessed yet</span>;
  const { icon: Icon, word } = SIGNS[of];
  return (
    <span className={classes.verdict} data-verdict={of}>
      <Icon size={15} stroke={2} aria-hidden />
      {word}
    </span>
  );
}
