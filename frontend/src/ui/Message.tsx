import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./Message.module.css";

/** Why there is nothing to see, and the next step. */
export function Message({
  title,
  children,
  step,
  wholePage = false,
}: {
  title: string;
  /** It stands in place of the page, and so names it. */
  wholePage?: boolean;
  children: ReactNode;
  step?: ReactNode;
}) {
  const Title = wholePage ? "h1" : "h2";
  return (
    <div className={classes.message}>
      <Title className={classes.title}>{title}</Title>
      <div className={classes.text}>{children}</div>
      {step && <div className={classes.step}>{step}</div>}
    </div>
  );
}

/** A failure, what can be done about it, and another try. */
export function Failure({
  message,
  action,
  onRetry,
}: {
  message: string;
  action: string | null;
  onRetry: () => void;
}) {
  return (
    <div role="alert" className={classes.failure}>
      <div>
        <p className={classes.failed}>{message}</p>
        {action && <p className={classes.action}>{action}</p>}
      </div>
      <Button variant="default" size="xs" onClick={onRetry}>
        Try again
      </Button>
    </div>
  );
}
