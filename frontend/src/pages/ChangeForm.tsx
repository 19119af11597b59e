import { Button } from "@mantine/core";
import { type FormEvent, type ReactNode, useEffect, useId, useRef } from "react";
import classes from "./ChangeForm.module.css";
import { failureOf } from "./failure";

/** What one act needs to know, and what stands against it, in words. The keyboard begins in its first field. */
export function ChangeForm({
  title,
  act,
  busy,
  error,
  onSubmit,
  onCancel,
  children,
}: {
  title: string;
  /** The verb on its button. */
  act: string;
  busy: boolean;
  error: Error | null;
  onSubmit: () => void;
  onCancel: () => void;
  children: ReactNode;
}) {
  const name = useId();
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector<HTMLElement>("input, textarea, button")?.focus(), []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  const failure = error && failureOf(error);
  return (
    <form ref={form} className={classes.form} onSubmit={submit} aria-labelledby={name}>
      <h3 id={name} className={classes.formName}>
        {title}
      </h3>
      {children}
      {failure && (
        <p role="alert" className={classes.refused}>
          {[failure.message, failure.action].filter(Boolean).join(" ")}
        </p>
      )}
      <div className={classes.buttons}>
        <Button type="submit" size="xs" loading={busy}>
          {act}
        </Button>
        <Button variant="default" size="xs" onClick={onCancel}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
