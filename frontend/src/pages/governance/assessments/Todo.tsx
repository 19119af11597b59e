import classes from "./assessments.module.css";

/** Why something is not met, and what to do. Nothing where it is. */
export function Todo({ reason, todo }: { reason: string | null; todo: string | null }) {
  if (!reason) return null;
  return (
    <div className={classes.todo}>
      <p>{reason}</p>
      {todo && (
        <p>
          <strong>What to do:</strong> {todo}
        </p>
      )}
    </div>
  );
}
