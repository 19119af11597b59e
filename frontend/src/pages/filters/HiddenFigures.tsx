import { Message } from "../../ui/Message";
import classes from "./HiddenFigures.module.css";

/** In place of figures that would tell of too few people. */
export function HiddenFigures({
  reason,
  minimum,
}: {
  reason: string;
  /** The organisation's minimum group size. */
  minimum: number;
}) {
  return (
    <div className={classes.hidden}>
      <Message title="Figures of this team are hidden in this range">
        <p>{reason}</p>
        <p>
          Figures stand for groups, never for one person: at least {minimum} people must be behind
          each. A longer range or a larger team shows them.
        </p>
      </Message>
    </div>
  );
}
